-- A slot incarnation W says that it exists. Asked twice (a lost reply), it does nothing the second time.
-- KEYS workers cycle   ARGV W
redis.call('ZADD', KEYS[1], 'NX', 0, ARGV[1])
redis.call('HSETNX', KEYS[2], ARGV[1], '0')
return redis.status_reply('OK')
