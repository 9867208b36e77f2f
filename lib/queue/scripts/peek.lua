-- SPDX-License-Identifier: MIT
-- The record of a task that W holds, by its number: how many tasks W took before it.
-- KEYS held cycle ranges   ARGV W, number
-- Reply: the record (of a range: its line and its spec), or nil when W does not hold that task (any more).
local applied = redis.call('HGET', KEYS[2], ARGV[1])
if not applied then return false end
local position = ARGV[2] - string.match(applied, '^%d+ (%d+)')
local record = position >= 0 and redis.call('LINDEX', KEYS[1], position)
if record and string.find(applied, 'r', 1, true) then
    local line, job = string.match(record, '^([^\n]- j=([%w_.-]+)[^\n]*)')
    return line .. '\n' .. (redis.call('HGET', KEYS[3], job) or '')
end
return record
