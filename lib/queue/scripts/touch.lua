-- SPDX-License-Identifier: MIT
-- An agent beats for its slots, promotes what is due, and looks at the beats of all.
-- KEYS workers queue delayed suspect conf out stat jobs cancel puts gather ranges prefix   ARGV W...
-- Reply: now in ms, flags (1 paused, 2 results full, 4 suspect tasks wait, 8 something is cancelled, 16 nobody gathers
-- what there is), depth, {W that are fenced}, {W, beat, ...}
--
-- A cancellation whose task never comes would make every slot ask for ever: each beat looks at one of them, and drops it
-- after a week, if no task is delayed: that may be the one. Jobs that are counted stay until nothing is left of them (settle.inc).
local CANCEL_MS = 7 * 86400 * 1000
-- So often a beat writes down in `stat` what has come in and gone out so far (`pace`), and keeps what stood there
-- (`pace_before`): that one is 10 to 20 s old.
local PACE_MS = 10000

-- include job

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGE', KEYS[3], '-inf', now, 'BYSCORE', 'LIMIT', 0, 1000)
local conf = redis.call('HMGET', KEYS[5], 'paused', 'max_results')
local n_results = redis.call('LLEN', KEYS[6])
local n_suspect = redis.call('LLEN', KEYS[4])
local depth = redis.call('LLEN', KEYS[2])
local n_cancels, old = redis.call('HLEN', KEYS[9]), nil
if n_cancels > 0 then
    local one = redis.call('HRANDFIELD', KEYS[9], 1, 'WITHVALUES')
    local job = string.match(one[1], '^job:(.*)$') or string.match(one[1], '^from:(.*)$')
    local is_counted = job and redis.call('HEXISTS', KEYS[8], 'n:' .. job) == 1
    local is_old = not is_counted and now - (tonumber(one[2]) or 0) > CANCEL_MS
    if is_old and redis.call('ZCARD', KEYS[3]) == 0 then old = one[1] end
end
-- Every key is what it should be before the first one changes.
redis.call('ZCARD', KEYS[1])
local pace = redis.call('HGET', KEYS[7], 'pace')
local n_ranges = redis.call('HLEN', KEYS[12])
redis.call('HLEN', KEYS[8])
redis.call('HLEN', KEYS[10])
-- Each beat looks at one of the jobs with something to gather: acks wait, or all is over and the last word is missing.
local gathers = redis.call('SRANDMEMBER', KEYS[11])
if gathers then
    local n_acks = redis.pcall('LLEN', KEYS[13] .. 'acks:' .. gathers)
    local announced, _, over, all = job_stand(KEYS[8], KEYS[10], gathers)
    local is_due = n_acks ~= 0 or (announced and over >= all)
    if not is_due or redis.call('EXISTS', KEYS[13] .. 'gatherer:' .. gathers) == 1 then gathers = false end
end
local fenced = {}
for i = 1, #ARGV do
    if redis.call('ZSCORE', KEYS[1], ARGV[i]) then
        redis.call('ZINCRBY', KEYS[1], 1, ARGV[i])
    else
        fenced[#fenced + 1] = ARGV[i]
    end
end
if #due > 0 then
    for i = #due, 1, -1 do redis.call('LPUSH', KEYS[2], due[i]) end
    redis.call('ZREM', KEYS[3], unpack(due))
    redis.call('HINCRBY', KEYS[7], 'promoted', #due)
end
local paced = tonumber(string.match(pace or '', '^%d+') or 0)
if now - paced >= PACE_MS or now < paced then
    -- As lib/queue/admin.c counts them.
    local n = redis.call('HMGET', KEYS[7], 'done', 'dead', 'cancelled', 'put', 'requeued', 'taken', 'retried',
        'given_back', 'crash_moved')
    for i = 1, 9 do n[i] = tonumber(n[i] or '') or 0 end
    local came = n[4] + n[5]
    if n_ranges == 0 then
        came = depth + #due + redis.call('ZCARD', KEYS[3]) + n_suspect + n[6] - n[7] - n[8] - n[9]
    end
    redis.call('HSET', KEYS[7], 'pace_before', pace or '',
        'pace', string.format('%d %d %d %d', now, n_ranges > 0 and 1 or 0, came, n[1] + n[2] + n[3]))
end
if old then n_cancels = n_cancels - redis.call('HDEL', KEYS[9], old) end
local flags = (n_cancels > 0 and 8 or 0) + (gathers and 16 or 0)
if conf[1] == '1' then flags = flags + 1 end
local max_results = tonumber(conf[2] or '') or 0
if max_results > 0 and n_results >= max_results then flags = flags + 2 end
if n_suspect > 0 then flags = flags + 4 end
return {now, flags, depth + #due, fenced, redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')}
