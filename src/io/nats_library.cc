#include "io/nats_library.h"

#include <nats/nats.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace io::nats {
namespace {

using namespace std::chrono_literals;

constexpr auto kConnectTimeout = 2s;
constexpr auto kPingInterval = 10s;

}  // namespace

void DestroyOptions::operator()(__natsOptions* options) const {
  natsOptions_Destroy(options);
}
void DestroyContext::operator()(__jsCtx* context) const {
  jsCtx_Destroy(context);
}
void DestroyMessage::operator()(__natsMsg* message) const {
  natsMsg_Destroy(message);
}
void CloseConnection::operator()(__natsConnection* connection) const {
  natsConnection_Close(connection);
  natsConnection_Destroy(connection);
}

std::int64_t in_milliseconds(std::chrono::milliseconds duration) {
  return std::max<std::int64_t>(duration.count(), 1);
}

OptionsHandle make_options(const NatsServers& servers, const std::string& trusted) {
  natsOptions* made = nullptr;
  if (natsOptions_Create(&made) != NATS_OK) return nullptr;
  OptionsHandle options(made);
  std::vector<const char*> urls;
  for (const std::string& url : servers.all) urls.push_back(url.c_str());
  bool fine = natsOptions_SetServers(made, urls.data(), static_cast<int>(urls.size())) == NATS_OK;
  const auto set = [&](natsStatus status) { fine = fine && status == NATS_OK; };
  set(natsOptions_SetName(made, "rostrum"));
  set(natsOptions_SetTimeout(made, in_milliseconds(kConnectTimeout)));
  set(natsOptions_SetPingInterval(made, in_milliseconds(kPingInterval)));
  // Without one the library prints to the standard error.
  set(natsOptions_SetErrorHandler(
      made, [](natsConnection*, natsSubscription*, natsStatus, void*) {}, nullptr));
  if (servers.tls) {
    set(natsOptions_SetSecure(made, true));
    if (!trusted.empty()) set(natsOptions_SetCATrustedCertificates(made, trusted.c_str()));
  }
  return fine ? std::move(options) : nullptr;
}

Registry& Registry::instance() {
  static Registry registry;
  return registry;
}

std::uintptr_t Registry::add(std::weak_ptr<void> target) {
  const std::lock_guard lock(mutex_);
  targets_.emplace(++last_, std::move(target));
  return last_;
}

void Registry::remove(std::uintptr_t number) {
  const std::lock_guard lock(mutex_);
  targets_.erase(number);
}

std::shared_ptr<void> Registry::find(std::uintptr_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = targets_.find(number);
  return found == targets_.end() ? nullptr : found->second.lock();
}

void* Registry::closure(std::uintptr_t number) {
  return reinterpret_cast<void*>(number);  // a number that only travels
}

std::uintptr_t Registry::number_of(void* closure) {
  return reinterpret_cast<std::uintptr_t>(closure);
}

}  // namespace io::nats
