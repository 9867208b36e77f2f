-- SPDX-License-Identifier: MIT
-- One cycle of one slot: settle what it finished, give back what it did not start, take the next tasks.
--
-- KEYS queue held workers cycle out delayed dead suspect crashes stat conf jobs puts cancel
-- ARGV W n held_before acked back want leave, then the verdicts in the words of settle.inc
--
-- The first `acked` items of held have a verdict each: some of them are to be tried again, some are buried or cancelled,
-- the others are done. The last `back` items go back to the head of the queue in their order. n counts the cycles of W
-- from 1: the number that was applied last is answered again and changes nothing. A suspect is alone in the hand: while
-- it is held nothing else is taken, and given back it is a suspect still.
--
-- Reply: state, now in ms, ms until the next delayed task is due or -1, depth, flags, crash history of a suspect task,
-- then the records that were taken. State is OK, REPLAY, FENCED (W is not registered: it was reaped) or STEP (W and
-- the server do not agree on what was done: the server lost its memory). Flags: 1 paused, 2 results full, 4 suspect,
-- 8 something is cancelled: what is taken may be.
local queue, held, workers, cycles, out, delayed = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local dead, suspect, crashes, stat, conf = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local jobs, puts, cancel = KEYS[12], KEYS[13], KEYS[14]
local W, n, held_before = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local acked, back, want = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local leave = ARGV[7] == '1'
local n_out = tonumber(ARGV[8])

-- include digest
-- include job
-- include settle

-- Reads. Each one checks the type of its key, so that nothing is half done when a key is not what it should be.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local beat = redis.call('ZSCORE', workers, W)
local applied = redis.call('HGET', cycles, W)
local n_held = redis.call('LLEN', held)
local depth = redis.call('LLEN', queue)
local n_results = redis.call('LLEN', out)
local due = redis.call('ZRANGE', delayed, '-inf', now, 'BYSCORE', 'LIMIT', 0, 1000)
local n_suspect = redis.call('LLEN', suspect)
local set = redis.call('HMGET', conf, 'paused', 'max_results', 'max_dead')
local n_crashed, n_cancels = settle_look()

local function next_due()
    local first = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
    if #first == 0 then return -1 end
    return math.max(0, math.ceil(tonumber(first[2]) - now))
end

local max_results = tonumber(set[2] or '') or 0
local function is_held_off()
    return (set[1] == '1' and 1 or 0) + (max_results > 0 and n_results >= max_results and 2 or 0)
end
local function flags() return is_held_off() + (n_cancels > 0 and 8 or 0) end

if not beat or not applied then
    -- Who leaves with empty hands has nothing to lose; mostly it did leave and has not heard the answer.
    if not (leave and acked + back == 0) then redis.call('HINCRBY', stat, 'fenced', 1) end
    if n_out > 0 then redis.call('HINCRBY', stat, 'fenced_results', n_out) end
    return {'FENCED', now, -1, depth, flags(), ''}
end

local last, settled_before, mark = string.match(applied, '^(%d+) (%d+)(s?)$')
last = tonumber(last)
if last == n and n > 0 then
    redis.call('HINCRBY', stat, 'replays', 1)
    redis.call('ZINCRBY', workers, 1, W)
    local kept = held_before - acked - back
    local reply = {'REPLAY', now, next_due(), depth, flags(), ''}
    local taken = redis.call('LRANGE', held, kept, -1)
    for i = 1, #taken do reply[6 + i] = taken[i] end
    if mark == 's' and #taken == 1 then
        reply[5] = flags() + 4
        reply[6] = redis.call('HGET', crashes, digest(taken[1])) or ''
    end
    return reply
end
if last ~= n - 1 or n_held ~= held_before or acked + back > n_held then
    redis.call('HINCRBY', stat, 'out_of_step', 1)
    return {'STEP', now, -1, depth, flags(), ''}
end

-- Writes. LTRIM comes first and always: a server before 7.0 that is out of memory lets a script go on only after a
-- write that needs no memory.
local settled = nil
if n_crashed > 0 and acked > 0 then settled = redis.call('LRANGE', held, 0, acked - 1) end
redis.call('LTRIM', held, acked, -1)
redis.call('ZINCRBY', workers, 1, W)

if acked > 0 then
    n_cancels = settle(8, now, acked, settled, n_cancels, set[3])
    n_results = n_results + n_out
end
local n_left = n_held - acked - back
local home = queue
if mark == 's' then
    home = suspect
    n_suspect = n_suspect + back
end
for _ = 1, back do redis.call('LMOVE', held, home, 'RIGHT', 'LEFT') end

-- What has become due goes to the head: it is older than what waits.
if #due > 0 then
    for i = #due, 1, -1 do redis.call('LPUSH', queue, due[i]) end
    redis.call('ZREM', delayed, unpack(due))
    redis.call('HINCRBY', stat, 'promoted', #due)
end
depth = redis.call('LLEN', queue)

if n_left == 0 then mark = '' end
if is_held_off() > 0 or leave or mark == 's' then want = 0 end

local reply = {'OK', now, 0, depth, flags(), ''}
local taken = 0
if want > 0 and n_suspect > 0 and n_left == 0 then
    local record = redis.call('LMOVE', suspect, held, 'LEFT', 'RIGHT')
    taken, mark = 1, 's'
    reply[5], reply[6], reply[7] = flags() + 4, redis.call('HGET', crashes, digest(record)) or '', record
elseif want > 0 and depth > 0 then
    -- At most a fair share of what is there, so that the last tasks spread over all slots.
    local share = math.ceil(depth / (2 * redis.call('ZCARD', workers)))
    taken = math.min(want, share, depth)
    -- Small records: two calls for all of them cost half the time of one LMOVE each, and they are written to the
    -- append-only file once more. Large ones: copying dominates, so they are only named there (docs/design.md).
    if #redis.call('LINDEX', queue, 0) <= 512 then
        local records = redis.call('LPOP', queue, taken)
        redis.call('RPUSH', held, unpack(records))
        for i = 1, taken do reply[6 + i] = records[i] end
    else
        for i = 1, taken do reply[6 + i] = redis.call('LMOVE', queue, held, 'LEFT', 'RIGHT') end
    end
    reply[4] = depth - taken
end

if back > 0 then redis.call('HINCRBY', stat, 'given_back', back) end
if taken > 0 then redis.call('HINCRBY', stat, 'taken', taken) end

if leave and n_left == 0 then
    redis.call('ZREM', workers, W)
    redis.call('HDEL', cycles, W)
else
    redis.call('HSET', cycles, W, n .. ' ' .. settled_before + acked .. mark)
end
reply[3] = next_due()
return reply
