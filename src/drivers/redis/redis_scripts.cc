#include "drivers/redis/redis_scripts.h"

#include <openssl/evp.h>

namespace docquarry {
namespace {

constexpr std::string_view prelude = R"(
local function text(number) return string.format('%.0f', number) end
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
)";

}  // namespace

RedisScript::RedisScript(std::string_view body) : source_(std::string(prelude) + std::string(body)) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(source_.data(), source_.size(), digest, &size, EVP_sha1(), nullptr);
  constexpr char digits[] = "0123456789abcdef";
  for (unsigned int i = 0; i < size; ++i) {
    sha1_ += digits[digest[i] >> 4];
    sha1_ += digits[digest[i] & 15];
  }
}

namespace redis_scripts {

// Keys that hold something of another type are not ours: they are deleted, except all_tasks, which is then left alone.
const RedisScript post(R"(
if redis.call('EXISTS', KEYS[4]) == 1 then return 0 end
local known = redis.pcall('HMGET', KEYS[1], 'dq_generation', 'dq_final', 'dq_attempt', 'dq_pages_done', 'dq_number')
if known.err then
  redis.call('DEL', KEYS[1])
  known = {}
end
if known[1] then
  for i = 1, 4 do
    local before, after = tonumber(known[i]) or 0, tonumber(ARGV[3 + i])
    if after < before then return 0 end
    if after > before then break end
  end
  if known[2] == '1' and tonumber(ARGV[4]) <= tonumber(known[1]) then return 0 end
end

local number = text(math.max(math.floor(now / 1000), (tonumber(known[5] or 0) or 0) + 1))
redis.call('HSET', KEYS[1], 'dq_generation', ARGV[4], 'dq_final', ARGV[5], 'dq_attempt', ARGV[6], 'dq_pages_done', ARGV[7],
           'dq_standing', ARGV[8], 'dq_posted', text(now), 'dq_number', number, unpack(ARGV, 12))
redis.call('EXPIRE', KEYS[1], ARGV[9])

local event = '{"number":' .. number .. ',"standing":' .. ARGV[8] .. '}'
if type(redis.pcall('RPUSH', KEYS[2], event)) == 'table' then
  redis.call('DEL', KEYS[2])
  redis.call('RPUSH', KEYS[2], event)
end
redis.call('LTRIM', KEYS[2], -ARGV[10], -1)
redis.call('EXPIRE', KEYS[2], ARGV[9])
redis.call('PUBLISH', ARGV[3], event)

if not known[1] then
  local is_first = ARGV[4] == '1' and ARGV[6] == '0'
  local listed = not is_first and redis.pcall('LPOS', KEYS[3], ARGV[2])
  if not listed and type(redis.pcall('RPUSH', KEYS[3], ARGV[2])) == 'number' then redis.call('LTRIM', KEYS[3], -ARGV[11], -1) end
end
return 1
)");

const RedisScript forget(R"(
redis.call('DEL', KEYS[1], KEYS[2])
redis.pcall('LREM', KEYS[3], 0, ARGV[2])
redis.call('SET', KEYS[4], '1', 'EX', ARGV[4])
redis.call('PUBLISH', ARGV[3], '{"forgotten":true}')
return 1
)");

const RedisScript latest(R"(
local known = redis.pcall('HMGET', KEYS[1], 'dq_standing', 'dq_posted')
return {known[1], known[2], text(now)}
)");

const RedisScript admit(R"(
local window, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local first = redis.pcall('LINDEX', KEYS[1], 0)
if type(first) == 'table' then
  redis.call('DEL', KEYS[1])
  first = false
end
while first and tonumber(first) <= now - window do
  redis.call('LPOP', KEYS[1])
  first = redis.call('LINDEX', KEYS[1], 0)
end
-- Times after now stand there when the clock was set back: they must not shut anybody out for longer than a window.
local last = redis.call('LINDEX', KEYS[1], -1)
while last and tonumber(last) > now do
  redis.call('RPOP', KEYS[1])
  last = redis.call('LINDEX', KEYS[1], -1)
end

local count = redis.call('LLEN', KEYS[1])
local admitted = 0
local frees = false
if count < most then
  admitted = 1
  count = count + 1
  last = text(now)
  redis.call('RPUSH', KEYS[1], last)
  redis.call('PEXPIRE', KEYS[1], text(window / 1000 + 1000))
  redis.call('SET', KEYS[2], count, 'PX', text(window / 1000))
else
  frees = redis.call('LINDEX', KEYS[1], count - most)
end
return {admitted, count, last, frees, text(now)}
)");

}  // namespace redis_scripts
}  // namespace docquarry
