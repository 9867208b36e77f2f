-- SPDX-License-Identifier: MIT
-- Declare W dead: fence it and move what it holds. Does nothing if its beat moved since it was observed.
-- KEYS queue held workers cycle suspect crashes stat info out delayed dead conf jobs puts cancel
-- ARGV W, observed beat ('' when its death is certain), the task that ran, what is known of the crash
--      then, where there is a verdict on the task that ran, the words of settle.inc
-- The task that ran is the number of tasks that W took before it (so that it stays right whatever was settled since);
-- 'none': nothing ran; 'head': not known, the oldest that it holds.
-- Reply: how many tasks were moved, or -1 if W is alive or was reaped before.
--
-- With a verdict the task that ran is settled: its slot was ended for what the task did (time, memory, cancel), and
-- that is no crash. Without one it has crashed once more: the first time it keeps its place, later it goes to the
-- suspects, to be run alone. All others go back to the head of the queue in their order, at no cost to them; a suspect
-- that did not run stays one. The worker that takes a suspect sees its count and buries it when the budget is spent:
-- only C writes results.
local queue, held, workers, cycles, suspect, crashes = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local stat, info, out, delayed, dead, conf = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local jobs, puts, cancel = KEYS[13], KEYS[14], KEYS[15]
local W, observed = ARGV[1], ARGV[2]

-- include digest
-- include job
-- include settle

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
local home = string.find(applied, 's', 1, true) and suspect or queue
local is_settled, is_suspect, n_moved = false, false, n_held
if task and ARGV[5] then
    settle(5, now, 1, n_crashed > 0 and {task} or nil, n_cancels, max_dead)
    is_settled, n_moved = true, n_held - 1
elseif task then
    local key = digest(task)
    -- A line for each time, the oldest first; of very many the oldest are cut.
    local before, told = string.match(redis.call('HGET', crashes, key) or '', '^(%d+) (.*)$')
    local count = (before or 0) + 1
    redis.call('HSET', crashes, key, count .. ' ' .. (told and string.sub(told, -2000) .. '\n' or '') .. ARGV[4])
    is_suspect = count >= 2
    redis.call('HINCRBY', stat, 'crashes', 1)
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
if n_moved > 0 then redis.call('HINCRBY', stat, 'crash_moved', n_moved) end
redis.call('HINCRBY', stat, 'reaped', 1)
return n_moved
