-- SPDX-License-Identifier: MIT
-- A slot incarnation W says that it exists. Asked twice (a lost reply), it does nothing the second time. The hash
-- `cycle` holds the number of its last cycle, how many tasks it has settled, and an s while it runs a suspect.
-- KEYS workers cycle   ARGV W
-- Both keys are what they should be before the first one changes.
redis.call('HLEN', KEYS[2])
redis.call('ZADD', KEYS[1], 'NX', 0, ARGV[1])
redis.call('HSETNX', KEYS[2], ARGV[1], '0 0')
return redis.status_reply('OK')
