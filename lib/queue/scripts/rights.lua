-- SPDX-License-Identifier: MIT
-- What of the commands and keys that a role needs is the user not allowed? Redis stops a script at the first command
-- that its user may not run, in the midst of its writes, and does not say which it was; so they are asked for before.
-- ARGV how many keys, the keys, the commands ('RPUSH', 'SCRIPT LOAD')   Reply: what is missing, in words.
-- A server before 7.0 cannot be asked: nothing.
local missing = {}
if not redis.acl_check_cmd then return missing end
local n_keys = tonumber(ARGV[1])
for i = 2, 1 + n_keys do
    -- Everything goes by scripts, and a script needs its keys for reading and writing.
    if not redis.acl_check_cmd('EVALSHA', '0', '1', ARGV[i]) then missing[#missing + 1] = "key '" .. ARGV[i] .. "'" end
end
for i = 2 + n_keys, #ARGV do
    local words = {}
    for word in string.gmatch(ARGV[i], '%S+') do words[#words + 1] = word end
    if not redis.acl_check_cmd(unpack(words)) then
        missing[#missing + 1] = "'" .. string.lower(table.concat(words, '|')) .. "'"
    end
end
return missing
