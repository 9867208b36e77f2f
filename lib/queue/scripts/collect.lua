-- SPDX-License-Identifier: MIT
-- A consumer of results: confirm what is safely stored. Nothing leaves the list before its consumer says that it has
-- it; said twice (a lost reply), it counts once. The results that come next are read by an LRANGE right behind this
-- script: Lua would hash every byte of them, which costs more than all the rest.
-- KEYS out stat reader   ARGV token, n, confirmed, ms that the reader's mark lasts
-- n counts the calls of this consumer from 1, and `reader` in stat names the call that was the last one of all: what is
-- confirmed was read by the call before. Counting results would not do: somebody else may have collected as many since,
-- or the server was restored and the list grew again to the same length with other results.
-- Reply: state, collected so far, length of the list. State is OK, BUSY (somebody else reads; its token follows) or
-- LOST (the list is not what it was: somebody else has read it, or the server lost its memory).
local token, n, confirmed = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local reader = redis.call('GET', KEYS[3])
local length = redis.call('LLEN', KEYS[1])
local last = redis.call('HMGET', KEYS[2], 'reader', 'collected')
local collected = tonumber(last[2] or '0')
if reader and reader ~= token then return {'BUSY', collected, length, reader} end
if confirmed > 0 and last[1] ~= token .. ' ' .. n then
    if last[1] ~= token .. ' ' .. n - 1 or confirmed > length then return {'LOST', collected, length} end
    redis.call('LTRIM', KEYS[1], confirmed, -1)
    collected = redis.call('HINCRBY', KEYS[2], 'collected', confirmed)
    length = length - confirmed
end
redis.call('HSET', KEYS[2], 'reader', token .. ' ' .. n)
if tonumber(ARGV[4]) > 0 then
    redis.call('SET', KEYS[3], token, 'PX', ARGV[4])
else
    redis.call('DEL', KEYS[3])
end
return {'OK', collected, length}
