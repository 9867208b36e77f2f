-- SPDX-License-Identifier: MIT
-- Push records so that a push can be repeated: the offset of the push moves in the same call as its records.
-- KEYS queue puts stat conf   ARGV push id, offset, records...
-- Reply: state, offset after, depth. State is OK, REPLAY (these records are in already), FULL or GAP (records before
-- these are missing: the server lost its memory).
local id, offset, n = ARGV[1], tonumber(ARGV[2]), #ARGV - 2
local stored = tonumber(redis.call('HGET', KEYS[2], id) or '0')
local depth = redis.call('LLEN', KEYS[1])
local max_depth = tonumber(redis.call('HGET', KEYS[4], 'max_depth') or '') or 0
redis.call('HLEN', KEYS[3])
if stored >= offset + n then return {'REPLAY', stored, depth} end
if stored ~= offset then return {'GAP', stored, depth} end
if max_depth > 0 and depth + n > max_depth then return {'FULL', stored, depth} end
redis.call('RPUSH', KEYS[1], unpack(ARGV, 3))
redis.call('HSET', KEYS[2], id, offset + n)
redis.call('HINCRBY', KEYS[3], 'put', n)
return {'OK', offset + n, depth + n}
