-- SPDX-License-Identifier: MIT
-- A consumer of results: confirm what is safely stored. Nothing leaves the list before its consumer says that it has
-- it; said twice (a lost reply), it counts once. The results that come next are read by an LRANGE behind this script in
-- the same transaction: Lua would hash every byte of them, which costs more than all the rest.
-- KEYS out stat reader   ARGV token, base, confirmed, ms that the reader's mark lasts
-- base is the number of results that had been collected when the confirmed ones were read.
-- Reply: state, collected so far, length of the list. State is OK, BUSY (somebody else reads; its token follows) or
-- LOST (the list is not what it was: somebody else has collected, or the server lost its memory).
local token, base, confirmed = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local reader = redis.call('GET', KEYS[3])
local n = redis.call('LLEN', KEYS[1])
local collected = tonumber(redis.call('HGET', KEYS[2], 'collected') or '0')
if reader and reader ~= token then return {'BUSY', collected, n, reader} end
if confirmed > 0 and collected ~= base + confirmed then
    if collected ~= base or confirmed > n then return {'LOST', collected, n} end
    redis.call('LTRIM', KEYS[1], confirmed, -1)
    redis.call('HINCRBY', KEYS[2], 'collected', confirmed)
    collected = collected + confirmed
    n = n - confirmed
end
if tonumber(ARGV[4]) > 0 then
    redis.call('SET', KEYS[3], token, 'PX', ARGV[4])
else
    redis.call('DEL', KEYS[3])
end
return {'OK', collected, n}
