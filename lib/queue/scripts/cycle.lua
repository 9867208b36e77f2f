-- SPDX-License-Identifier: MIT
-- One cycle of one slot: settle what it finished, give back what it did not start, take the next tasks.
--
-- KEYS queue held workers cycle out delayed dead suspect crashes stat conf jobs puts cancel ranges gather prefix
-- ARGV W n held_before acked back want leave range_job range_want steals upto n_account
--      then, where a range is in the hand (upto is not ''): keep n_done n_failed hit hit_index ack
--      then the verdicts in the words of settle.inc, then n_account words of account.inc
--
-- The first `acked` items of held have a verdict each: some of them are to be tried again, some are buried or cancelled,
-- the others are done. The last `back` items go back to the head of the queue in their order. n counts the cycles of W
-- from 1: the number that was applied last is answered again and changes nothing. A suspect is alone in the hand: while
-- it is held nothing else is taken, and given back it is a suspect still.
--
-- A range (range.inc) is alone in the hand, too. Its positions below `upto` are settled (-1: nothing new), those from
-- `keep` on go back. Of the range at the head of the queue at most range_want positions are taken where it is of
-- range_job, of any other one; 0: no ranges. steals: when nothing waits, half of what another slot holds.
--
-- Reply: state, now in ms, ms until the next delayed task is due or -1, depth, flags, crash history of a suspect task,
-- where the range in the hand ends or -1, then the records that were taken. State is OK, REPLAY, FENCED (W is not
-- registered: it was reaped), STEP (W and the server do not agree on what was done: the server lost its memory) or CUT
-- (the range is shorter by now than what was settled of it: nothing was done). Flags: 1 paused, 2 results full, 4
-- suspect, 8 something is cancelled: what is taken may be.
--
-- The hash `cycle` has for W: n, how many it settled, then s while it holds a suspect, r a range, k when the last cycle
-- did not take that range.
local queue, held, workers, cycles, out, delayed = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local dead, suspect, crashes, stat, conf = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local jobs, puts, cancel, ranges, gather, prefix = KEYS[12], KEYS[13], KEYS[14], KEYS[15], KEYS[16], KEYS[17]
local W, n, held_before = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local acked, back, want = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local leave, upto, n_account = ARGV[7] == '1', tonumber(ARGV[11]), tonumber(ARGV[12])
local words = upto and 19 or 13
local n_out = tonumber(ARGV[words])

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
local n_crashed, n_cancels, n_ranges = settle_look()

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
    if not (leave and acked + back == 0 and not upto) then redis.call('HINCRBY', stat, 'fenced', 1) end
    if n_out > 0 then redis.call('HINCRBY', stat, 'fenced_results', n_out) end
    return {'FENCED', now, -1, depth, flags(), '', -1}
end

local last, settled_before, mark = string.match(applied, '^(%d+) (%d+)(%a*)$')
last = tonumber(last)
local is_suspect, is_range = nil, nil
if mark ~= '' then is_suspect, is_range = string.find(mark, 's', 1, true), string.find(mark, 'r', 1, true) end
local range_read, range_line, range_record, range_stop, range_drop, range_give_back
if is_range or n_ranges > 0 then
    -- include range
end

if last == n and n > 0 then
    redis.call('HINCRBY', stat, 'replays', 1)
    redis.call('ZINCRBY', workers, 1, W)
    local reply = {'REPLAY', now, next_due(), depth, flags(), '', -1}
    if string.find(mark, 'k', 1, true) then
        reply[7] = range_read(redis.call('LINDEX', held, 0)).hi
        return reply
    end
    local taken = redis.call('LRANGE', held, upto and 0 or held_before - acked - back, -1)
    for i = 1, #taken do reply[7 + i] = taken[i] end
    if is_suspect and #taken == 1 then
        reply[5] = flags() + 4
        reply[6] = redis.call('HGET', crashes, digest(taken[1])) or ''
    end
    if is_range then
        local range = range_read(taken[1])
        reply[7], reply[8] = range.hi, range_record(taken[1], range.job)
    end
    return reply
end
if last ~= n - 1 or n_held ~= held_before or acked + back > n_held or (upto ~= nil) ~= (is_range ~= nil) then
    redis.call('HINCRBY', stat, 'out_of_step', 1)
    return {'STEP', now, -1, depth, flags(), '', -1}
end

-- The range in the hand: what is told of it fits it, or nothing is done.
local range, keep, n_told = nil, nil, 0
if is_range then
    range = range_read(redis.call('LINDEX', held, 0))
    if upto > range.hi then return {'CUT', now, -1, depth, flags(), '', range.hi} end
    upto = math.max(upto, range.lo)
    keep = math.max(upto, math.min(tonumber(ARGV[13]), range.hi))
    n_told = ARGV[14] + ARGV[15] + ARGV[words + 1]
    if n_told > upto - range.lo then return redis.error_reply('ERR more is settled of a range than is held') end
end

-- Writes. LTRIM comes first and always: a server before 7.0 that is out of memory lets a script go on only after a
-- write that needs no memory.
local settled = nil
if n_crashed > 0 and acked > 0 then settled = redis.call('LRANGE', held, 0, acked - 1) end
redis.call('LTRIM', held, acked, -1)
redis.call('ZINCRBY', workers, 1, W)

local n_left, hand_hi = n_held - acked - back, -1
if is_range then
    local range_settle
    -- include range_settle
    hand_hi, back = range_settle(range.job, range.lo, range.hi)
    n_left = hand_hi >= 0 and 1 or 0
    acked = 1 - n_left
    if is_suspect then n_suspect = n_suspect + back end
    mark = string.gsub(mark, 'k', '') .. 'k'
    n_cancels = redis.call('HLEN', cancel)
    n_results = n_results + n_out
else
    if acked > 0 then
        n_cancels = settle(words, now, acked, settled, n_cancels, set[3])
        n_results = n_results + n_out
    end
    local home = queue
    if is_suspect then
        home = suspect
        n_suspect = n_suspect + back
    end
    for _ = 1, back do redis.call('LMOVE', held, home, 'RIGHT', 'LEFT') end
end

if n_account > 0 then
    -- include account
end

-- What has become due goes to the head: it is older than what waits.
if #due > 0 then
    for i = #due, 1, -1 do redis.call('LPUSH', queue, due[i]) end
    redis.call('ZREM', delayed, unpack(due))
    redis.call('HINCRBY', stat, 'promoted', #due)
end
depth = redis.call('LLEN', queue)

if n_left == 0 then mark = '' end
if is_held_off() > 0 or leave or mark ~= '' then want = 0 end

local reply = {'OK', now, 0, depth, flags(), '', hand_hi}
local taken, n_dropped, n_stolen, chunk = 0, 0, 0, nil
local takes_suspect, takes_plain = want > 0 and n_suspect > 0 and n_left == 0, want > 0
local range_head, range_take, range_cut_batch
if want > 0 and n_ranges > 0 then
    local range_job, range_want, steals = ARGV[8], tonumber(ARGV[9]), ARGV[10] == '1'
    -- include range_take
    if takes_suspect then
        local is_more
        chunk, n_dropped, is_more = range_head(suspect)
        takes_suspect = not is_more and redis.call('LLEN', suspect) > 0 and (not chunk or range_want > 0)
        if not takes_suspect then chunk = nil end
    end
    if not takes_suspect then
        local n_more, is_full
        chunk, n_more, n_stolen, takes_plain, is_full = range_take(n_left == 0)
        n_dropped = n_dropped + n_more
        depth = redis.call('LLEN', queue)
        reply[4] = depth
        if is_full then reply[5] = reply[5] + 2 end
    end
end
if takes_suspect then
    local record = redis.call('LMOVE', suspect, held, 'LEFT', 'RIGHT')
    taken, mark = 1, 's'
    reply[5], reply[6], reply[8] = flags() + 4, redis.call('HGET', crashes, digest(record)) or '', record
    if chunk then chunk.line = record end
elseif takes_plain and depth > 0 then
    -- At most a fair share of what is there, so that the last tasks spread over all slots.
    local share = math.ceil(depth / (2 * redis.call('ZCARD', workers)))
    taken = math.min(want, share, depth)
    -- Small records: two calls for all of them cost half the time of one LMOVE each, and they are written to the
    -- append-only file once more. Large ones: copying dominates, so they are only named there (docs/design.md). A range
    -- ends the batch.
    if n_ranges > 0 or #redis.call('LINDEX', queue, 0) <= 512 then
        local records = redis.call('LPOP', queue, taken)
        if n_ranges > 0 then taken = range_cut_batch(records, taken) end
        redis.call('RPUSH', held, unpack(records, 1, taken))
        for i = 1, taken do reply[7 + i] = records[i] end
    else
        for i = 1, taken do reply[7 + i] = redis.call('LMOVE', queue, held, 'LEFT', 'RIGHT') end
    end
    reply[4] = depth - taken
end
if chunk then
    taken, mark = chunk.hi - chunk.lo, mark .. 'r'
    reply[7], reply[8] = chunk.hi, range_record(chunk.line, chunk.job)
end

back = back + n_stolen
if back > 0 then redis.call('HINCRBY', stat, 'given_back', back) end
if taken + n_dropped > 0 then redis.call('HINCRBY', stat, 'taken', taken + n_dropped) end

if leave and n_left == 0 then
    redis.call('ZREM', workers, W)
    redis.call('HDEL', cycles, W)
else
    redis.call('HSET', cycles, W, n .. ' ' .. settled_before + acked .. mark)
end
reply[3] = next_due()
return reply
