-- SPDX-License-Identifier: MIT
-- The record of a task that W holds, by its number: how many tasks W took before it.
-- KEYS held cycle   ARGV W, number
-- Reply: the record, or nil when W does not hold that task (any more).
local applied = redis.call('HGET', KEYS[2], ARGV[1])
if not applied then return false end
local position = ARGV[2] - string.match(applied, '^%d+ (%d+)')
return position >= 0 and redis.call('LINDEX', KEYS[1], position)
