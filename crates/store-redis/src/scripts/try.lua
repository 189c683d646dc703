-- Whether keys like this one may be written and removed. Nobody sees it.
redis.call('SET', KEYS[1], '')
redis.call('DEL', KEYS[1])
return redis.status_reply('OK')
