-- SPDX-License-Identifier: MIT
-- Push records so that a push can be repeated: the offset of the push moves in the same call as its records.
-- KEYS queue puts stat conf jobs cancel ranges   ARGV push id, offset, announced, records...
-- announced: how many records there will be, for a push that is a job whose tasks are counted; '' for any other.
-- Reply: state, offset after, depth. State is OK, REPLAY (these records are in already), FULL, GAP (records before
-- these are missing: the server lost its memory; or a range job has this name) or CANCELLED (the job is: nothing more goes in).
local id, offset, announced, n = ARGV[1], tonumber(ARGV[2]), ARGV[3], #ARGV - 3
local time = redis.call('TIME')
local stored = tonumber(redis.call('HGET', KEYS[2], id) or '0') or 0
local depth = redis.call('LLEN', KEYS[1])
local max_depth = tonumber(redis.call('HGET', KEYS[4], 'max_depth') or '') or 0
local is_cancelled = redis.call('HEXISTS', KEYS[5], 'x:' .. id) + redis.call('HEXISTS', KEYS[6], 'job:' .. id) > 0
redis.call('HLEN', KEYS[3])
if redis.call('HEXISTS', KEYS[7], id) == 1 then return {'GAP', stored, depth} end
if stored >= offset + n then return {'REPLAY', stored, depth} end
if announced ~= '' and is_cancelled then return {'CANCELLED', stored, depth} end
if stored ~= offset then return {'GAP', stored, depth} end
if max_depth > 0 and depth + n > max_depth then return {'FULL', stored, depth} end
redis.call('RPUSH', KEYS[1], unpack(ARGV, 4))
redis.call('HSET', KEYS[2], id, offset + n)
if announced ~= '' then
    redis.call('HSET', KEYS[5], 'n:' .. id, announced, 't:' .. id, time[1] * 1000 + math.floor(time[2] / 1000))
end
redis.call('HINCRBY', KEYS[3], 'put', n)
return {'OK', offset + n, depth + n}
