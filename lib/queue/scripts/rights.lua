-- SPDX-License-Identifier: MIT
-- What of the commands and keys that a role needs is the user not allowed? Redis stops a script at the first command
-- that its user may not run, in the midst of its writes, and does not say which it was; so they are asked for before.
-- ARGV how many keys, the keys, the commands ('RPUSH', 'SCRIPT LOAD')   Reply: what is missing, in words.
-- A server before 7.0 cannot be asked: nothing.
local missing, key = {}, nil
if not redis.acl_check_cmd then return missing end
local n_keys = tonumber(ARGV[1])
for i = 2, 1 + n_keys do
    -- Everything goes by scripts, and a script needs its keys for reading and writing.
    if redis.acl_check_cmd('EVALSHA', '0', '1', ARGV[i]) then
        key = key or ARGV[i]
    else
        missing[#missing + 1] = "key '" .. ARGV[i] .. "'"
    end
end
if not key then return missing end
for i = 2 + n_keys, #ARGV do
    local words = {}
    for word in string.gmatch(ARGV[i], '%S+') do words[#words + 1] = word end
    -- Wherever the command has its keys, it finds one that is allowed.
    local name = table.concat(words, '|')
    for _ = 1, 4 do words[#words + 1] = key end
    if not redis.acl_check_cmd(unpack(words)) then missing[#missing + 1] = "'" .. string.lower(name) .. "'" end
end
return missing
