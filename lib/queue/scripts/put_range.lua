-- SPDX-License-Identifier: MIT
-- Put positions of a range job, so that a put can be repeated: how many are in moves in the same call as their lines.
-- KEYS queue puts stat conf jobs cancel ranges gather
-- ARGV job, spec, n, n_done, stop ('any', 'first', ''), 1 where there is something to gather, offset, then lo and hi of
-- each piece
-- The q of all lines is when the job was put first (b:JOB of jobs): it tells this job from an earlier one of its name.
-- n: positions of the job; n_done of them were done before and are not put. offset: how many came before these.
-- Reply: state, positions that are in, depth. State is OK, REPLAY (these are in already), FULL, GAP (some before these
-- are missing: the server lost its memory), CANCELLED (the job is) or OTHER (another job has this name, or
-- had it and was forgotten in the midst).
local job, spec, n_done, offset = ARGV[1], ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[7])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = tonumber(redis.call('HGET', KEYS[2], job) or '')
local depth = redis.call('LLEN', KEYS[1])
local max_depth = tonumber(redis.call('HGET', KEYS[4], 'max_depth') or '') or 0
local is_announced = redis.call('HEXISTS', KEYS[5], 'n:' .. job) == 1
local is_cancelled = redis.call('HEXISTS', KEYS[5], 'x:' .. job) + redis.call('HEXISTS', KEYS[6], 'job:' .. job) > 0
local known = redis.call('HGET', KEYS[7], job)
local begun = redis.call('HGET', KEYS[5], 'b:' .. job) or string.format('%d', now)
redis.call('HLEN', KEYS[3])
redis.call('SCARD', KEYS[8])

local lines, n = {}, 0
for i = 8, #ARGV, 2 do
    lines[#lines + 1] = string.format('#skep r=%s:%s j=%s q=%s\n', ARGV[i], ARGV[i + 1], job, begun)
    n = n + ARGV[i + 1] - ARGV[i]
end
local put = math.max((stored or n_done) - n_done, 0)
if known and known ~= spec or not known and (stored or is_announced) then return {'OTHER', put, depth} end
if stored and put >= offset + n then return {'REPLAY', put, depth} end
if is_cancelled then return {'CANCELLED', put, depth} end
if put ~= offset then return {'GAP', put, depth} end
if max_depth > 0 and depth + #lines > max_depth then return {'FULL', put, depth} end

if #lines > 0 then redis.call('RPUSH', KEYS[1], unpack(lines)) end
redis.call('HSET', KEYS[2], job, string.format('%d', n_done + offset + n))
redis.call('HSET', KEYS[5], 'n:' .. job, ARGV[3], 't:' .. job, now)
if not stored then
    redis.call('HSET', KEYS[7], job, spec)
    redis.call('HSET', KEYS[5], 'b:' .. job, begun)
    if n_done > 0 then redis.call('HSET', KEYS[5], 'd:' .. job, ARGV[4]) end
    if ARGV[5] ~= '' then redis.call('HSET', KEYS[5], 's:' .. job, ARGV[5]) end
    if ARGV[6] == '1' then
        redis.call('HSET', KEYS[5], 'g:' .. job, 1)
        redis.call('SADD', KEYS[8], job)
    end
end
if n > 0 then redis.call('HINCRBY', KEYS[3], 'put', n) end
return {'OK', offset + n, depth + #lines}
