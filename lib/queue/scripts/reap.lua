-- Declare W dead: fence it and move what it holds. Does nothing if its beat moved since it was observed.
-- KEYS queue held workers cycle suspect crashes stat info
-- ARGV W, observed beat ('' when its death is certain), position of the task that ran (-1: none), what is known
-- Reply: how many tasks were moved, or -1 if W is alive or was reaped before.
--
-- The task that ran has crashed once more: the first time it keeps its place, later it goes to the suspects, to be run
-- alone. All others go back to the head of the queue in their order, at no cost to them. The worker that takes a
-- suspect sees its count and buries it when the budget is spent: only C writes results.
local W, observed, running = ARGV[1], ARGV[2], tonumber(ARGV[3])
local beat = redis.call('ZSCORE', KEYS[3], W)
local n_held = redis.call('LLEN', KEYS[2])
local blamed = running >= 0 and running < n_held and redis.call('LINDEX', KEYS[2], running) or nil
redis.call('LLEN', KEYS[1])
redis.call('LLEN', KEYS[5])
redis.call('HLEN', KEYS[6])
redis.call('HLEN', KEYS[7])
if not beat or (observed ~= '' and tonumber(observed) ~= tonumber(beat)) then return -1 end

local function digest(record)
    local index, body = '', record
    while string.sub(body, 1, 6) == '#skep ' do
        local cut = string.find(body, '\n', 1, true)
        if not cut then break end
        index = string.match(string.sub(body, 1, cut - 1), ' i=(%d+)') or index
        body = string.sub(body, cut + 1)
    end
    return redis.sha1hex(index .. '\n' .. body)
end

redis.call('ZREM', KEYS[3], W)
redis.call('HDEL', KEYS[4], W)
redis.call('DEL', KEYS[8])
local suspect = false
if blamed then
    local key = digest(blamed)
    local count = tonumber(string.match(redis.call('HGET', KEYS[6], key) or '0', '^%d+')) + 1
    redis.call('HSET', KEYS[6], key, count .. ' ' .. ARGV[4])
    suspect = count >= 2
    redis.call('HINCRBY', KEYS[7], 'crashes', 1)
end
for position = n_held - 1, 0, -1 do
    if suspect and position == running then
        redis.call('LMOVE', KEYS[2], KEYS[5], 'RIGHT', 'RIGHT')
    else
        redis.call('LMOVE', KEYS[2], KEYS[1], 'RIGHT', 'LEFT')
    end
end
if n_held > 0 then redis.call('HINCRBY', KEYS[7], 'crash_moved', n_held) end
redis.call('HINCRBY', KEYS[7], 'reaped', 1)
return n_held
