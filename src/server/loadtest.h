// `rostrum loadtest`: publishers, viewers, callers of the API and members of chat rooms in numbers,
// so that users can size their machines. Runs on loops of its own and prints what it counted;
// returns the exit code (0: nothing failed, 1: something was refused, dropped or answered wrongly,
// 2: the arguments are wrong).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace server::loadtest {

struct CommonOptions {
  std::string url;
  std::uint32_t count = 1;
  std::string duration = "30s";
  double start_rate = 0;    // starts a second, 0: all within one second
  std::uint32_t loops = 0;  // threads, 0: one for each core
  bool json = false;        // one JSON object at the end and nothing else on standard output
  bool verify_tls = false;
};

struct PublishOptions : CommonOptions {
  std::string keys_file;  // one stream key a line; {n} in the URL becomes the n-th
  std::string bitrate = "2.5Mbps";
  std::uint32_t fps = 30;
};

struct WatchOptions : CommonOptions {
  std::uint32_t channels = 1;  // {n} in the URL runs from 1 to this
  std::string mode = "ll";     // or plain
  std::string container;       // ts, fmp4, or empty for the channel's own
  std::uint32_t sample = 0;    // viewers that read stamps; 0: up to 100
  bool hints = false;          // ask for the hinted part before it is listed
  bool park = false;           // only hold blocking reloads
};

/// Calls of one operation of the API, over `count` connections. `url` is the server's.
struct ApiOptions : CommonOptions {
  std::string operation = "GetChannel";
  std::string input = "{}";  // a JSON object; {n} is the request's number or a line of values_file
  std::string values_file;
  std::uint64_t requests = 0;  // 0: until the time is over
  std::string region = "local";
  std::string access_key_id;
  std::string secret_access_key;     // secret
  std::uint32_t server_process = 0;  // tells its CPU time a request; 0: unknown
};

/// Members of chat rooms, some of whom talk. `url` is the server's, for the API.
struct ChatOptions : CommonOptions {
  std::string websocket_url;  // empty: as the server's
  std::string room;           // ARN of one that is there; empty: makes new ones
  std::uint32_t rooms = 1;
  double rate = 20;           // messages a second in each room; 0: nobody talks
  std::uint32_t senders = 0;  // in each room; 0: as many as the rate needs
  std::uint32_t size = 230;   // octets of a message's JSON as it is delivered
  std::string region = "local";
  std::string access_key_id;
  std::string secret_access_key;     // secret
  std::uint32_t server_process = 0;  // tells its CPU time a delivery; 0: unknown
};

int run_publish(const PublishOptions& options);
int run_watch(const WatchOptions& options);
int run_api(const ApiOptions& options);
int run_chat(const ChatOptions& options);

}  // namespace server::loadtest
