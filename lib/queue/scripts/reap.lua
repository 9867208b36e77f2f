-- SPDX-License-Identifier: MIT
-- Declare W dead: fence it and move what it holds. Does nothing if its beat moved since it was observed.
-- KEYS queue held workers cycle suspect crashes stat info out delayed dead conf jobs puts cancel ranges gather prefix
-- ARGV W, observed beat ('' when its death is certain), the task that ran, what is known of the crash, the position that
--      ran of a range ('': not known), n_account, then, where there is a verdict on the task that ran, the words of
--      settle.inc and n_account words of account.inc
-- The task that ran is the number of tasks that W took before it (so that it stays right whatever was settled since);
-- 'none': nothing ran; 'head': not known, the oldest that it holds.
-- Reply: how many tasks were moved, or -1 if W is alive or was reaped before.
--
-- With a verdict the task that ran is settled: its slot was ended for what the task did (time, memory, cancel), and
-- that is no crash. Without one it has crashed once more: the first time it keeps its place, later it goes to the
-- suspects, to be run alone. All others go back to the head of the queue in their order, at no cost to them; a suspect
-- that did not run stays one. The worker that takes a suspect sees its count and buries it when the budget is spent:
-- only C writes results.
--
-- Of a range one position ran. Where nobody knows which, nobody is blamed, and the range goes back in two halves: taken
-- apart, they show in which of them the trouble is.
local queue, held, workers, cycles, suspect, crashes = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local stat, info, out, delayed, dead, conf = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local jobs, puts, cancel, ranges, gather, prefix = KEYS[13], KEYS[14], KEYS[15], KEYS[16], KEYS[17], KEYS[18]
local W, observed = ARGV[1], ARGV[2]
local n_account = tonumber(ARGV[6])
local WORDS = 7

-- include digest
-- include job
-- include settle
local range_read, range_line, range_record, range_stop, range_drop, range_give_back
-- include range

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local beat = redis.call('ZSCORE', workers, W)
local applied = redis.call('HGET', cycles, W) or '0 0'
local n_held = redis.call('LLEN', held)
local running = -1
if ARGV[3] == 'head' then
    running = 0
elseif ARGV[3] ~= 'none' then
    running = ARGV[3] - string.match(applied, '^%d+ (%d+)')
end
local task = running >= 0 and running < n_held and redis.call('LINDEX', held, running) or nil
local range = string.find(applied, 'r', 1, true) and range_read(redis.call('LINDEX', held, 0))
local n_crashed, n_cancels = settle_look()
local max_dead = redis.call('HGET', conf, 'max_dead')
redis.call('LLEN', queue)
redis.call('LLEN', suspect)
redis.call('LLEN', out)
redis.call('ZCARD', delayed)
if not beat or (observed ~= '' and tonumber(observed) ~= tonumber(beat)) then return -1 end

redis.call('ZREM', workers, W)
redis.call('HDEL', cycles, W)
redis.call('DEL', info)
redis.call('HINCRBY', stat, 'reaped', 1)
local home = string.find(applied, 's', 1, true) and suspect or queue
local is_settled, is_suspect = false, false

-- One more crash of the task that is kept under this key: how many there are now.
local function reap_count(key)
    -- A line for each time, the oldest first; of very many the oldest are cut.
    local before, told = string.match(redis.call('HGET', crashes, key) or '', '^(%d+) (.*)$')
    local count = (before or 0) + 1
    redis.call('HSET', crashes, key, count .. ' ' .. (told and string.sub(told, -2000) .. '\n' or '') .. ARGV[4])
    redis.call('HINCRBY', stat, 'crashes', 1)
    return count
end

local function reap_moved(n)
    if n > 0 then redis.call('HINCRBY', stat, 'crash_moved', n) end
    return n
end

-- The position that ran, in a line of its own that is never one with others again.
local function reap_blame(job, position, rest)
    local count = reap_count(redis.sha1hex(string.format('%s:%d', job, position)))
    rest = string.gsub(string.gsub(rest, '^([^\n]-) c=%d+', '%1', 1), '\n', ' c=' .. count .. '\n', 1)
    if count >= 2 then
        redis.call('RPUSH', suspect, range_line(position, position + 1, rest))
    else
        redis.call('LPUSH', queue, range_line(position, position + 1, rest))
    end
end

local function reap_range(lo, hi, rest)
    local position = tonumber(ARGV[5])
    if not task or (position and (position < lo or position >= hi)) then
        if home == suspect then
            redis.call('LMOVE', held, suspect, 'RIGHT', 'LEFT')
        else
            range_give_back(lo, hi, rest)
        end
        return reap_moved(hi - lo)
    end
    if not position and hi - lo > 1 then
        local middle = lo + math.ceil((hi - lo) / 2)
        redis.call('LPUSH', queue, range_line(middle, hi, rest), range_line(lo, middle, rest))
        return reap_moved(hi - lo)
    end
    position = position or lo
    if position + 1 < hi then range_give_back(position + 1, hi, rest) end
    if ARGV[WORDS] then
        settle(WORDS, now, 1, n_crashed > 0 and hi == lo + 1 and {task} or nil, n_cancels, max_dead)
        is_settled = true
    else
        reap_blame(range.job, position, rest)
    end
    if position > lo then range_give_back(lo, position, rest) end
    return reap_moved(hi - lo - (ARGV[WORDS] and 1 or 0))
end

local n_moved = nil
if range then
    n_moved = reap_range(range.lo, range.hi, range.rest)
    redis.call('DEL', held)
else
    if task and ARGV[WORDS] then
        settle(WORDS, now, 1, n_crashed > 0 and {task} or nil, n_cancels, max_dead)
        is_settled = true
    elseif task then
        is_suspect = reap_count(digest(task)) >= 2
    end
    for position = n_held - 1, 0, -1 do
        if position == running and is_settled then
            redis.call('RPOP', held)
        elseif position == running and is_suspect then
            redis.call('LMOVE', held, suspect, 'RIGHT', 'RIGHT')
        else
            redis.call('LMOVE', held, home, 'RIGHT', 'LEFT')
        end
    end
    n_moved = reap_moved(n_held - (is_settled and 1 or 0))
end
if is_settled and n_account > 0 then
    -- include account
end
return n_moved
