-- SPDX-License-Identifier: MIT
-- Go once through the first dead letters: those whose own line holds the wanted words are requeued or purged, the
-- others go to the end of the list. Called in pieces until all that were there at the start have been seen; killed
-- between two pieces it has lost and doubled nothing.
-- KEYS dead queue stat jobs gather   ARGV how many, 'requeue' or 'purge', wanted words (' cause=timeout ', '' for all)
-- Reply: seen, matched
-- A task that is requeued has not failed for good after all, and its job hears of it; of a range that failed as a whole
-- each of its positions. A letter of a range job that was forgotten is a task of no job; one of an earlier job of the same
-- name stays, for its positions are the new one's affair.
local many, verb, wanted = tonumber(ARGV[1]), ARGV[2], ARGV[3]
redis.call('LLEN', KEYS[2])
redis.call('HLEN', KEYS[3])
redis.call('HLEN', KEYS[4])
redis.call('SCARD', KEYS[5])

local function unfail(line, record)
    local job = string.match(line, ' j=([^ ]+)')
    if not job then return end
    job = string.gsub(job, '%%(%x%x)', function(byte) return string.char(tonumber(byte, 16)) end)
    local lo, hi = string.match(record, '^#skep r=(%d+):(%d+) ')
    local failed = tonumber(redis.call('HGET', KEYS[4], 'f:' .. job) or '') or 0
    local n = math.min(hi and hi - lo or 1, failed)
    if n > 0 then redis.pcall('HINCRBY', KEYS[4], 'f:' .. job, -n) end
end

-- The record as it goes back to the queue; nil: it does not.
local function revive(record)
    local job = string.match(record, '^#skep r=%d+:%d+[^\n]- j=([%w_.-]+)[ \n]')
    if not job then return record end
    local begun = redis.call('HGET', KEYS[4], 'b:' .. job)
    local queued = string.match(record, '^[^\n]- q=(%d+)')
    if begun and queued and queued ~= begun then return nil end
    if begun then
        -- What was gathered to the end is not any more (range_end.lua).
        if redis.call('HGET', KEYS[4], 'g:' .. job) == '0' then
            redis.call('HSET', KEYS[4], 'g:' .. job, 1)
            redis.call('SADD', KEYS[5], job)
        end
        return record
    end
    record = string.gsub(record, '^#skep r=%d+:%d+', '#skep', 1)
    return (string.gsub(record, '^([^\n]-) j=[%w_.-]+', '%1', 1))
end

local seen, matched = 0, 0
while seen < many do
    local letter = redis.call('LPOP', KEYS[1])
    if not letter then break end
    seen = seen + 1
    -- What somebody else put here has no line of skep's to take off.
    local cut = string.sub(letter, 1, 6) == '#skep ' and (string.find(letter, '\n', 1, true) or #letter) or 0
    local line = string.sub(letter, 1, math.max(cut - 1, 0)) .. ' '
    local record = nil
    if wanted == '' or string.find(line, wanted, 1, true) then record = string.sub(letter, cut + 1) end
    if record and verb == 'requeue' then record = revive(record) end
    if record then
        matched = matched + 1
        if verb == 'requeue' then
            redis.call('RPUSH', KEYS[2], record)
            unfail(line, record)
        end
    else
        redis.call('RPUSH', KEYS[1], letter)
    end
end
if matched > 0 then redis.call('HINCRBY', KEYS[3], verb == 'requeue' and 'requeued' or 'purged', matched) end
return {seen, matched}
