-- SPDX-License-Identifier: MIT
-- One cycle of one slot: settle what it finished, give back what it did not start, take the next tasks.
--
-- KEYS queue held workers cycle out delayed dead suspect crashes stat conf
-- ARGV W n held_before acked back want leave n_out n_retry n_dead
--      then n_out results, n_retry triples (position, delay in ms, record), n_dead dead letters
--
-- The first `acked` items of held have a verdict each: n_retry of them are to be tried again, n_dead are buried, the
-- others are done. The last `back` items go back to the head of the queue in their order. n counts the cycles of W
-- from 1: the number that was applied last is answered again and changes nothing. A suspect is alone in the hand: while
-- it is held nothing else is taken, and given back it is a suspect still.
--
-- Reply: state, now in ms, ms until the next delayed task is due or -1, depth, flags, crash history of a suspect task,
-- then the records that were taken. State is OK, REPLAY, FENCED (W is not registered: it was reaped) or STEP (W and
-- the server do not agree on what was done: the server lost its memory). Flags: 1 paused, 2 results full, 4 suspect.
local W, n, held_before = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local acked, back, want = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local leave = ARGV[7] == '1'
local n_out, n_retry, n_dead = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])

-- Reads. Each one checks the type of its key, so that nothing is half done when a key is not what it should be.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local beat = redis.call('ZSCORE', KEYS[3], W)
local applied = redis.call('HGET', KEYS[4], W)
local n_held = redis.call('LLEN', KEYS[2])
local depth = redis.call('LLEN', KEYS[1])
local n_results = redis.call('LLEN', KEYS[5])
local due = redis.call('ZRANGE', KEYS[6], '-inf', now, 'BYSCORE', 'LIMIT', 0, 1000)
local n_suspect = redis.call('LLEN', KEYS[8])
local n_crashed = redis.call('HLEN', KEYS[9])
local conf = redis.call('HMGET', KEYS[11], 'paused', 'max_results')
redis.call('LLEN', KEYS[7])
redis.call('HLEN', KEYS[10])

-- include digest

local function next_due()
    local first = redis.call('ZRANGE', KEYS[6], 0, 0, 'WITHSCORES')
    if #first == 0 then return -1 end
    return math.max(0, math.ceil(tonumber(first[2]) - now))
end

local max_results = tonumber(conf[2] or '') or 0
local function flags()
    return (conf[1] == '1' and 1 or 0) + (max_results > 0 and n_results >= max_results and 2 or 0)
end

if not beat or not applied then
    redis.call('HINCRBY', KEYS[10], 'fenced', 1)
    if n_out > 0 then redis.call('HINCRBY', KEYS[10], 'fenced_results', n_out) end
    return {'FENCED', now, -1, depth, flags(), ''}
end

local last, settled_before, mark = string.match(applied, '^(%d+) (%d+)(s?)$')
last = tonumber(last)
if last == n and n > 0 then
    redis.call('HINCRBY', KEYS[10], 'replays', 1)
    redis.call('ZINCRBY', KEYS[3], 1, W)
    local kept = held_before - acked - back
    local reply = {'REPLAY', now, next_due(), depth, flags(), ''}
    local taken = redis.call('LRANGE', KEYS[2], kept, -1)
    for i = 1, #taken do reply[6 + i] = taken[i] end
    if mark == 's' and #taken == 1 then
        reply[5] = flags() + 4
        reply[6] = redis.call('HGET', KEYS[9], digest(taken[1])) or ''
    end
    return reply
end
if last ~= n - 1 or n_held ~= held_before or acked + back > n_held then
    redis.call('HINCRBY', KEYS[10], 'out_of_step', 1)
    return {'STEP', now, -1, depth, flags(), ''}
end

-- Writes. LTRIM comes first and always: a server before 7.0 that is out of memory lets a script go on only after a
-- write that needs no memory.
local settled = nil
if n_crashed > 0 and acked > 0 then settled = redis.call('LRANGE', KEYS[2], 0, acked - 1) end
redis.call('LTRIM', KEYS[2], acked, -1)
redis.call('ZINCRBY', KEYS[3], 1, W)

local at = 11
if n_out > 0 then
    redis.call('RPUSH', KEYS[5], unpack(ARGV, at, at + n_out - 1))
    n_results = n_results + n_out
    at = at + n_out
end
for _ = 1, n_retry do
    if settled then settled[tonumber(ARGV[at]) + 1] = false end
    -- Equal bytes are already waiting there: the record goes to the queue at once rather than into oblivion.
    if redis.call('ZADD', KEYS[6], 'NX', now + ARGV[at + 1], ARGV[at + 2]) == 0 then
        redis.call('RPUSH', KEYS[1], ARGV[at + 2])
    end
    at = at + 3
end
if n_dead > 0 then redis.call('RPUSH', KEYS[7], unpack(ARGV, at, at + n_dead - 1)) end
if settled then
    for i = 1, acked do
        if settled[i] then redis.call('HDEL', KEYS[9], digest(settled[i])) end
    end
end
local n_left = n_held - acked - back
local home = KEYS[1]
if mark == 's' then
    home = KEYS[8]
    n_suspect = n_suspect + back
end
for _ = 1, back do redis.call('LMOVE', KEYS[2], home, 'RIGHT', 'LEFT') end

-- What has become due goes to the head: it is older than what waits.
if #due > 0 then
    for i = #due, 1, -1 do redis.call('LPUSH', KEYS[1], due[i]) end
    redis.call('ZREM', KEYS[6], unpack(due))
    redis.call('HINCRBY', KEYS[10], 'promoted', #due)
end
depth = redis.call('LLEN', KEYS[1])

if n_left == 0 then mark = '' end
if flags() > 0 or leave or mark == 's' then want = 0 end

local reply = {'OK', now, 0, depth, flags(), ''}
local taken = 0
if want > 0 and n_suspect > 0 and n_left == 0 then
    local record = redis.call('LMOVE', KEYS[8], KEYS[2], 'LEFT', 'RIGHT')
    taken, mark = 1, 's'
    reply[5], reply[6], reply[7] = flags() + 4, redis.call('HGET', KEYS[9], digest(record)) or '', record
elseif want > 0 and depth > 0 then
    -- At most a fair share of what is there, so that the last tasks spread over all slots.
    local share = math.ceil(depth / (2 * redis.call('ZCARD', KEYS[3])))
    taken = math.min(want, share, depth)
    -- Small records: two calls for all of them cost half the time of one LMOVE each, and they are written to the
    -- append-only file once more. Large ones: copying dominates, so they are only named there (docs/design.md).
    if #redis.call('LINDEX', KEYS[1], 0) <= 512 then
        local records = redis.call('LPOP', KEYS[1], taken)
        redis.call('RPUSH', KEYS[2], unpack(records))
        for i = 1, taken do reply[6 + i] = records[i] end
    else
        for i = 1, taken do reply[6 + i] = redis.call('LMOVE', KEYS[1], KEYS[2], 'LEFT', 'RIGHT') end
    end
    reply[4] = depth - taken
end

local done = acked - n_retry - n_dead
if done > 0 then redis.call('HINCRBY', KEYS[10], 'done', done) end
if n_retry > 0 then redis.call('HINCRBY', KEYS[10], 'retried', n_retry) end
if n_dead > 0 then redis.call('HINCRBY', KEYS[10], 'dead', n_dead) end
if back > 0 then redis.call('HINCRBY', KEYS[10], 'given_back', back) end
if taken > 0 then redis.call('HINCRBY', KEYS[10], 'taken', taken) end

if leave and n_left == 0 then
    redis.call('ZREM', KEYS[3], W)
    redis.call('HDEL', KEYS[4], W)
else
    redis.call('HSET', KEYS[4], W, n .. ' ' .. settled_before + acked .. mark)
end
reply[3] = next_due()
return reply
