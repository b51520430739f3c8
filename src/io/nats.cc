#include "io/nats.h"

#include <nats/nats.h>
#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "io/nats_library.h"
#include "io/nats_names.h"

namespace io {
namespace {

using base::ErrorCode;
using nats::in_milliseconds;
using nats::kReconnectWait;
using nats::MessageHandle;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr std::size_t kBatch = 256;
constexpr auto kMaxFlush = 2s;
constexpr const char* kMessageId = "Nats-Msg-Id";

// The library's words for a status alone: its longer messages may quote the URL.
base::Error error_of(natsStatus status, const std::string& subject) {
  switch (status) {
    case NATS_NO_RESPONDERS:
      return {ErrorCode::kNotFound, "no JetStream stream takes the NATS subject " + subject};
    case NATS_TIMEOUT:
      return {ErrorCode::kTimeout, "NATS did not acknowledge in time"};
    case NATS_MAX_PAYLOAD:
      return {ErrorCode::kLimit, "the message is larger than the NATS server takes"};
    case NATS_CONNECTION_CLOSED:
    case NATS_CONNECTION_DISCONNECTED:
    case NATS_STALE_CONNECTION:
    case NATS_INSUFFICIENT_BUFFER:
      return {ErrorCode::kClosed, "the connection to NATS was lost"};
    default:
      return {ErrorCode::kIo, std::string("NATS: ") + natsStatus_GetText(status)};
  }
}

}  // namespace

// What the loop, the worker's thread and the library's threads share.
struct NatsPublisher::Shared : std::enable_shared_from_this<Shared> {
  struct Message {
    std::string subject;
    std::string payload;
    std::string id;
    Acknowledged acknowledged;
    std::chrono::steady_clock::time_point deadline;
  };
  struct InFlight {
    std::string subject;
    Acknowledged acknowledged;
    std::size_t size = 0;
  };

  Shared(Loop& home, const Options& with, NatsServers servers)
      : loop(home), options(with), urls(std::move(servers)) {}

  // Posts the end of a message. With the mutex held.
  void finish(Acknowledged acknowledged, std::size_t size, base::Expected<void> result) {
    --waiting;
    waiting_bytes -= size;
    report(std::move(acknowledged), std::move(result));
  }
  void report(Acknowledged acknowledged, base::Expected<void> result) {
    loop.post([self = shared_from_this(), acknowledged = std::move(acknowledged),
               result = std::move(result)]() mutable {
      if (!self->abandoned && acknowledged) acknowledged(std::move(result));
    });
  }
  void fail_in_flight() {
    for (auto& [message, entry] : std::exchange(in_flight, {})) {
      finish(std::move(entry.acknowledged), entry.size,
             base::fail(error_of(NATS_CONNECTION_DISCONNECTED, entry.subject)));
    }
  }

  Loop& loop;
  const Options options;
  const NatsServers urls;
  bool abandoned = false;  // touched on the loop only

  mutable std::mutex mutex;  // guards all that follows
  std::condition_variable wanted;
  std::deque<Message> queue;  // in the order of their deadlines
  // What the library holds. It keeps a message's address taken until it has told its end.
  std::map<const natsMsg*, InFlight> in_flight;
  std::size_t waiting = 0;
  std::size_t waiting_bytes = 0;
  bool connected = false;
  bool closed = false;  // the library has given the connection up
  bool stopping = false;
};

// Owns the connection and sends what waits; lives on its thread.
class NatsPublisher::Worker {
 public:
  explicit Worker(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  void run() {
    while (true) {
      std::vector<Shared::Message> batch;
      {
        std::unique_lock lock(shared_->mutex);
        wait(lock);
        if (shared_->stopping) break;
        expire();
        if (shared_->connected) batch = take_batch();
      }
      if (!batch.empty()) {
        shared_->options.jetstream ? send_to_stream(batch) : send_and_flush(batch);
      } else if (connection_ == nullptr || is_closed()) {
        connect();
      }
    }
    disconnect();
    nats_ReleaseThreadMemory();
  }

 private:
  using Clock = std::chrono::steady_clock;

  // Until there is something to do: a message to send or to give up, or to connect again.
  void wait(std::unique_lock<std::mutex>& lock) {
    const auto ready = [this] {
      return shared_->stopping || shared_->closed ||
             (shared_->connected && !shared_->queue.empty());
    };
    auto until = connection_ == nullptr ? next_attempt_ : Clock::now() + 1h;
    if (!shared_->queue.empty()) until = std::min(until, shared_->queue.front().deadline);
    if (connection_ == nullptr || !ready()) {
      shared_->wanted.wait_until(lock, until, [&] {
        return connection_ == nullptr ? shared_->stopping : ready() || has_earlier(until);
      });
    }
  }
  bool has_earlier(Clock::time_point until) const {
    return !shared_->queue.empty() && shared_->queue.front().deadline < until;
  }

  void expire() {
    const auto now = Clock::now();
    auto& queue = shared_->queue;
    while (!queue.empty() && queue.front().deadline <= now) {
      Shared::Message& message = queue.front();
      shared_->finish(
          std::move(message.acknowledged), message.payload.size(),
          base::fail(ErrorCode::kTimeout, "no connection to the NATS server: " + reason_));
      queue.pop_front();
    }
  }

  std::vector<Shared::Message> take_batch() {
    std::vector<Shared::Message> out;
    while (!shared_->queue.empty() && out.size() < kBatch) {
      out.push_back(std::move(shared_->queue.front()));
      shared_->queue.pop_front();
    }
    return out;
  }

  bool is_closed() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->closed;
  }

  void disconnect() {
    nats::Registry::instance().remove(std::exchange(number_, 0));
    context_.reset();
    connection_.reset();
    const std::lock_guard lock(shared_->mutex);
    shared_->connected = shared_->closed = false;
    shared_->fail_in_flight();
  }

  void connect() {
    if (connection_ != nullptr) disconnect();
    if (Clock::now() < next_attempt_) return;
    number_ = nats::Registry::instance().add(shared_);
    natsConnection* connection = nullptr;
    jsCtx* context = nullptr;
    natsStatus status = NATS_NO_MEMORY;
    if (const auto options = make_options()) {
      status = natsConnection_Connect(&connection, options.get());
      connection_.reset(connection);
    }
    if (status == NATS_OK && shared_->options.jetstream) {
      jsOptions options;
      (void)jsOptions_Init(&options);
      options.PublishAsync.AckHandler = &Worker::on_acknowledged;
      options.PublishAsync.AckHandlerClosure = closure();
      status = natsConnection_JetStream(&context, connection, &options);
      context_.reset(context);
    }
    next_attempt_ = Clock::now() + kReconnectWait;
    if (status != NATS_OK) {
      const std::string reason = natsStatus_GetText(status);
      if (reason != reason_) {
        base::log_warn("NATS not connected", {{"server", shared_->urls.shown}, {"error", reason}});
      }
      reason_ = reason;
      disconnect();
      return;
    }
    reason_ = "it was lost";
    base::log_info("NATS connected", {{"server", shared_->urls.shown}});
    const std::lock_guard lock(shared_->mutex);
    // Unless it has been lost since.
    shared_->connected = natsConnection_Status(connection) == NATS_CONN_STATUS_CONNECTED;
  }

  nats::OptionsHandle make_options() const {
    nats::OptionsHandle options = nats::make_options(shared_->urls, shared_->options.trusted);
    if (options == nullptr) return nullptr;
    natsOptions* made = options.get();
    bool fine = true;
    const auto set = [&](natsStatus status) { fine = fine && status == NATS_OK; };
    // The library keeps what it could not send over a reconnection of its own.
    set(natsOptions_SetAllowReconnect(made, shared_->options.sends_after_loss));
    set(natsOptions_SetMaxReconnect(made, -1));
    set(natsOptions_SetReconnectWait(made, in_milliseconds(kReconnectWait)));
    set(natsOptions_SetDisconnectedCB(made, &Worker::on_disconnected, closure()));
    set(natsOptions_SetReconnectedCB(made, &Worker::on_reconnected, closure()));
    set(natsOptions_SetClosedCB(made, &Worker::on_closed, closure()));
    return fine ? std::move(options) : nullptr;
  }

  static MessageHandle make_message(const Shared::Message& message) {
    natsMsg* made = nullptr;
    if (natsMsg_Create(&made, message.subject.c_str(), nullptr, message.payload.data(),
                       static_cast<int>(message.payload.size())) != NATS_OK) {
      return nullptr;
    }
    return MessageHandle(made);
  }

  static milliseconds left_until(Clock::time_point deadline) {
    return std::max(std::chrono::duration_cast<milliseconds>(deadline - Clock::now()), 1ms);
  }

  void send_to_stream(std::vector<Shared::Message>& batch) {
    for (Shared::Message& message : batch) {
      MessageHandle handle = make_message(message);
      const natsMsg* key = handle.get();
      {
        // Before it is sent: its acknowledgement may be faster than we.
        const std::lock_guard lock(shared_->mutex);
        shared_->in_flight[key] = {.subject = message.subject,
                                   .acknowledged = std::move(message.acknowledged),
                                   .size = message.payload.size()};
      }
      natsStatus status = NATS_NO_MEMORY;
      if (handle != nullptr) {
        jsPubOptions options;
        (void)jsPubOptions_Init(&options);
        options.MaxWait = in_milliseconds(left_until(message.deadline));
        if (!message.id.empty()) options.MsgId = message.id.c_str();
        natsMsg* taken = handle.release();
        status = js_PublishMsgAsync(context_.get(), &taken, &options);
        handle.reset(taken);  // null if it was taken
      }
      if (status != NATS_OK) end_in_flight(*shared_, key, status, {});
    }
  }

  void send_and_flush(std::vector<Shared::Message>& batch) {
    std::vector<natsStatus> results;
    for (const Shared::Message& message : batch) {
      const MessageHandle handle = make_message(message);
      natsStatus status = handle == nullptr ? NATS_NO_MEMORY : NATS_OK;
      if (status == NATS_OK && !message.id.empty()) {
        status = natsMsgHeader_Set(handle.get(), kMessageId, message.id.c_str());
      }
      if (status == NATS_OK) status = natsConnection_PublishMsg(connection_.get(), handle.get());
      results.push_back(status);
    }
    const auto limit = std::min<milliseconds>(left_until(batch.front().deadline), kMaxFlush);
    const natsStatus flushed =
        natsConnection_FlushTimeout(connection_.get(), in_milliseconds(limit));
    const std::lock_guard lock(shared_->mutex);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const natsStatus status = results[i] == NATS_OK ? flushed : results[i];
      base::Expected<void> result;
      if (status != NATS_OK) result = base::fail(error_of(status, batch[i].subject));
      shared_->finish(std::move(batch[i].acknowledged), batch[i].payload.size(), std::move(result));
    }
  }

  // No effect for a message that has ended already.
  static void end_in_flight(Shared& shared, const natsMsg* message, natsStatus status,
                            std::string_view server_error) {
    const std::lock_guard lock(shared.mutex);
    auto entry = shared.in_flight.extract(message);
    if (entry.empty()) return;
    base::Expected<void> result;
    if (!server_error.empty()) {
      result = base::fail(ErrorCode::kIo, "NATS: " + std::string(server_error));
    } else if (status != NATS_OK) {
      result = base::fail(error_of(status, entry.mapped().subject));
    }
    shared.finish(std::move(entry.mapped().acknowledged), entry.mapped().size, std::move(result));
  }

  // On the library's threads.
  static void on_acknowledged(jsCtx*, natsMsg* message, jsPubAck*, jsPubAckErr* failure,
                              void* closure) {
    const MessageHandle owned(message);
    const auto shared = find(closure);
    if (shared == nullptr) return;
    const bool from_server = failure != nullptr && failure->ErrCode != 0;
    end_in_flight(*shared, message, failure == nullptr ? NATS_OK : failure->Err,
                  from_server && failure->ErrText != nullptr ? failure->ErrText : "");
  }
  static void on_disconnected(natsConnection*, void* closure) {
    const auto shared = find(closure);
    if (shared == nullptr) return;
    base::log_warn("NATS connection lost", {{"server", shared->urls.shown}});
    const std::lock_guard lock(shared->mutex);
    shared->connected = false;
    shared->fail_in_flight();  // acknowledgements that are on their way do not come any more
  }
  static void on_reconnected(natsConnection*, void* closure) {
    const auto shared = find(closure);
    if (shared == nullptr) return;
    base::log_info("NATS connected", {{"server", shared->urls.shown}});
    const std::lock_guard lock(shared->mutex);
    shared->connected = true;
    shared->wanted.notify_all();
  }
  static void on_closed(natsConnection*, void* closure) {
    const auto shared = find(closure);
    if (shared == nullptr) return;
    const std::lock_guard lock(shared->mutex);
    shared->connected = false;
    shared->closed = true;
    shared->fail_in_flight();
    shared->wanted.notify_all();
  }

  void* closure() const { return nats::Registry::closure(number_); }
  static std::shared_ptr<Shared> find(void* closure) {
    return nats::Registry::find<Shared>(closure);
  }

  const std::shared_ptr<Shared> shared_;
  std::uintptr_t number_ = 0;
  nats::ConnectionHandle connection_;
  nats::ContextHandle context_;  // of the connection: goes before it
  Clock::time_point next_attempt_;
  std::string reason_ = "it was lost";  // why there is no connection
};

base::Expected<std::unique_ptr<NatsPublisher>> NatsPublisher::create(Loop& loop,
                                                                     const Options& options) {
  auto urls = parse_nats_urls(options.url);
  if (!urls) return base::fail(std::move(urls.error()));
  auto shared = std::make_shared<Shared>(loop, options, std::move(*urls));
  return std::unique_ptr<NatsPublisher>(new NatsPublisher(std::move(shared)));
}

NatsPublisher::NatsPublisher(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {
  thread_ = std::thread([shared = shared_] { Worker(shared).run(); });
  (void)::pthread_setname_np(thread_.native_handle(), "nats");
}

NatsPublisher::~NatsPublisher() {
  DCHECK(shared_->loop.is_current());
  shared_->abandoned = true;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
  }
  shared_->wanted.notify_all();
  thread_.join();
}

void NatsPublisher::publish(std::string subject, std::string payload, std::string message_id,
                            Acknowledged acknowledged) {
  auto fine = check_nats_subject(subject);
  if (fine) fine = check_nats_message_id(message_id);
  const std::lock_guard lock(shared_->mutex);
  if (fine && (shared_->waiting >= shared_->options.max_waiting ||
               shared_->waiting_bytes + payload.size() > shared_->options.max_waiting_bytes)) {
    fine = base::fail(ErrorCode::kLimit, "too many messages wait for NATS");
  }
  if (!fine) {
    shared_->report(std::move(acknowledged), std::move(fine));
    return;
  }
  ++shared_->waiting;
  shared_->waiting_bytes += payload.size();
  shared_->queue.push_back({std::move(subject), std::move(payload), std::move(message_id),
                            std::move(acknowledged),
                            std::chrono::steady_clock::now() + shared_->options.timeout});
  shared_->wanted.notify_all();
}

bool NatsPublisher::is_connected() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->connected;
}

}  // namespace io
