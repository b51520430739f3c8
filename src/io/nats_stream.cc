#include "io/nats_stream.h"

#include <nats/nats.h>
#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "io/nats_library.h"

namespace io {
namespace {

using base::ErrorCode;
using nats::MessageHandle;
using nats::Registry;
using std::chrono::milliseconds;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kStatus = "Status";
constexpr const char* kStalled = "Nats-Consumer-Stalled";
constexpr const char* kLastConsumer = "Nats-Last-Consumer";
constexpr int kSilentHeartbeats = 3;
constexpr std::size_t kMaxName = 255;
// What a message costs beside its octets.
constexpr std::size_t kOverhead = 128;

struct DestroyInbox {
  void operator()(natsInbox* inbox) const { natsInbox_Destroy(inbox); }
};
struct DestroySubscription {
  void operator()(natsSubscription* subscription) const { natsSubscription_Destroy(subscription); }
};
struct DestroyStreamInfo {
  void operator()(jsStreamInfo* info) const { jsStreamInfo_Destroy(info); }
};
struct DestroyMetaData {
  void operator()(jsMsgMetaData* data) const { jsMsgMetaData_Destroy(data); }
};
using StreamInfo = std::unique_ptr<jsStreamInfo, DestroyStreamInfo>;

std::int64_t in_nanoseconds(std::chrono::nanoseconds duration) {
  return duration.count();
}

bool can_be_stream(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

// A header of the server's; empty if it is not there.
std::string_view header(natsMsg* message, const char* name) {
  const char* value = nullptr;
  return natsMsgHeader_Get(message, name, &value) == NATS_OK && value != nullptr
             ? std::string_view(value)
             : std::string_view();
}

}  // namespace

// What the loop, the worker's thread and the library's threads share.
struct NatsStreamReader::Shared : std::enable_shared_from_this<Shared> {
  Shared(Loop& home, const Options& with, NatsServers servers, Handler& to)
      : loop(home), options(with), urls(std::move(servers)), handler(to) {}

  // Nothing: something was missed.
  using Received = std::optional<Message>;
  static std::size_t size_of(const Received& each) {
    return each ? each->payload.size() + each->subject.size() + kOverhead : kOverhead;
  }

  // Queues for the loop. With the mutex held.
  void deliver(Received received_now) {
    waiting_bytes += size_of(received_now);
    received.push_back(std::move(received_now));
    if (std::exchange(is_posted, true)) return;
    loop.post([self = shared_from_this()] { self->hand_over(); });
  }
  void hand_over() {
    std::vector<Received> batch;
    {
      const std::lock_guard lock(mutex);
      is_posted = false;
      waiting_bytes = 0;
      batch.swap(received);
    }
    taken.notify_all();
    for (Received& each : batch) {
      if (is_abandoned) return;
      each ? handler.on_message(std::move(*each)) : handler.on_missed();
    }
  }

  // The reading must begin again. With the mutex held.
  void lose(const char* why) {
    if (!is_reading) return;
    is_reading = false;
    reason = why;
    wanted.notify_all();
  }

  Loop& loop;
  const Options options;
  const NatsServers urls;
  Handler& handler;
  bool is_abandoned = false;  // touched on the loop only

  mutable std::mutex mutex;  // guards all that follows
  std::condition_variable wanted;
  std::condition_variable taken;
  std::vector<Received> received;
  std::size_t waiting_bytes = 0;
  bool is_posted = false;
  bool is_stopping = false;
  bool is_reading = false;
  const char* reason = "";  // why not
  Clock::time_point heard_at;
  // Where we are in the stream; 0: nowhere yet.
  std::uint64_t last_sequence = 0;
  std::int64_t stream_created = 0;
  std::uint64_t last_delivery = 0;  // the consumer's count
};

// Owns the connection; lives on its thread.
class NatsStreamReader::Worker {
 public:
  explicit Worker(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  void run() {
    while (true) {
      const bool began = begin();
      std::unique_lock lock(shared_->mutex);
      if (began) {
        watch(lock);
        if (!shared_->is_stopping) said_ = tell(said_, shared_->reason);
      }
      const bool is_stopping = shared_->is_stopping;
      shared_->is_reading = false;
      lock.unlock();
      end();
      if (is_stopping) break;
      lock.lock();
      shared_->wanted.wait_for(lock, nats::kReconnectWait, [&] { return shared_->is_stopping; });
      if (shared_->is_stopping) break;
    }
    nats_ReleaseThreadMemory();
  }

 private:
  // Until the reading has to begin again or ends.
  void watch(std::unique_lock<std::mutex>& lock) {
    const auto patience = kSilentHeartbeats * shared_->options.heartbeat;
    while (shared_->is_reading && !shared_->is_stopping) {
      const auto until = shared_->heard_at + patience;
      if (Clock::now() >= until) return shared_->lose("the server says nothing");
      shared_->wanted.wait_until(lock, until);
    }
  }

  // Says why there is no reading, once for each reason.
  std::string tell(const std::string& before, std::string why) const {
    if (before != why) {
      base::log_warn(
          "NATS stream not read",
          {{"server", shared_->urls.shown}, {"stream", shared_->options.stream}, {"error", why}});
    }
    return why;
  }

  bool begin() {
    const natsStatus status = connect();
    if (status != NATS_OK) {
      // The library's words for a status alone: its longer messages may quote the URL.
      said_ = tell(said_, error_.empty() ? natsStatus_GetText(status) : error_);
      return false;
    }
    base::log_info("NATS stream being read",
                   {{"server", shared_->urls.shown}, {"stream", shared_->options.stream}});
    said_.clear();
    return true;
  }

  natsStatus connect() {
    error_.clear();
    number_ = Registry::instance().add(shared_);
    const auto options = nats::make_options(shared_->urls, shared_->options.trusted);
    if (options == nullptr) return NATS_NO_MEMORY;
    // Once it is lost, everything begins again: the stream may be another one then.
    natsStatus status = natsOptions_SetAllowReconnect(options.get(), false);
    if (status == NATS_OK) {
      status = natsOptions_SetClosedCB(options.get(), &Worker::on_closed, closure());
    }
    natsConnection* connection = nullptr;
    if (status == NATS_OK) status = natsConnection_Connect(&connection, options.get());
    connection_.reset(connection);
    jsCtx* context = nullptr;
    if (status == NATS_OK) status = natsConnection_JetStream(&context, connection, nullptr);
    context_.reset(context);
    StreamInfo info;
    if (status == NATS_OK) status = find_stream(info);
    if (status == NATS_OK) status = subscribe(begin_at(*info));
    return status;
  }

  // Keeps what the server says of it.
  natsStatus check(natsStatus status, jsErrCode code) {
    if (status == NATS_OK) return status;
    const char* text = nats_GetLastError(nullptr);
    // The server's own words; the library's about connections may quote the URL.
    if (code != 0 && text != nullptr) error_ = text;
    return status;
  }

  natsStatus find_stream(StreamInfo& out) {
    const Options& options = shared_->options;
    jsStreamInfo* info = nullptr;
    jsErrCode code{};
    natsStatus status =
        js_GetStreamInfo(&info, context_.get(), options.stream.c_str(), nullptr, &code);
    if (status == NATS_NOT_FOUND) {
      jsStreamConfig config;
      (void)jsStreamConfig_Init(&config);
      const char* subjects[] = {options.subjects.c_str()};
      config.Name = options.stream.c_str();
      config.Subjects = subjects;
      config.SubjectsLen = 1;
      config.Storage = js_MemoryStorage;
      config.Discard = js_DiscardOld;
      config.MaxAge = in_nanoseconds(options.max_age);
      config.MaxBytes = static_cast<std::int64_t>(options.max_stream_bytes);
      // Somebody else may have made it meanwhile, which then is the same.
      status = js_AddStream(&info, context_.get(), &config, nullptr, &code);
    }
    out.reset(info);
    return check(status, code);
  }

  // Where to go on. Tells the loop if something was missed.
  std::uint64_t begin_at(const jsStreamInfo& info) {
    const jsStreamState& state = info.State;
    const std::lock_guard lock(shared_->mutex);
    const bool is_first = shared_->stream_created == 0;
    // One that was made anew counts from 1 again, also if it calls itself the same.
    const bool is_other =
        info.Created != shared_->stream_created || state.LastSeq < shared_->last_sequence;
    if (is_other) shared_->last_sequence = 0;
    shared_->stream_created = info.Created;
    const bool is_gap = state.FirstSeq > shared_->last_sequence + 1;
    if (is_gap) shared_->last_sequence = state.FirstSeq - 1;
    if (!is_first && (is_other || is_gap)) shared_->deliver(std::nullopt);
    shared_->last_delivery = 0;
    shared_->heard_at = Clock::now();
    shared_->is_reading = true;
    return shared_->last_sequence + 1;
  }

  natsStatus subscribe(std::uint64_t sequence) {
    natsInbox* inbox = nullptr;
    natsStatus status = natsInbox_Create(&inbox);
    const std::unique_ptr<natsInbox, DestroyInbox> owned(inbox);
    natsSubscription* subscription = nullptr;
    if (status == NATS_OK) {
      status = natsConnection_Subscribe(&subscription, connection_.get(), inbox,
                                        &Worker::on_message, closure());
    }
    subscription_.reset(subscription);
    if (status != NATS_OK) return status;
    jsConsumerConfig config;
    (void)jsConsumerConfig_Init(&config);
    config.DeliverPolicy = js_DeliverByStartSequence;
    config.OptStartSeq = sequence;
    config.AckPolicy = js_AckNone;
    config.MaxDeliver = 1;
    config.ReplayPolicy = js_ReplayInstant;
    config.DeliverSubject = inbox;
    config.FlowControl = true;
    config.Heartbeat = in_nanoseconds(shared_->options.heartbeat);
    config.MemoryStorage = true;
    config.Replicas = 1;
    jsErrCode code{};
    return check(js_AddConsumer(nullptr, context_.get(), shared_->options.stream.c_str(), &config,
                                nullptr, &code),
                 code);
  }

  // The server forgets the consumer once nobody listens.
  void end() {
    Registry::instance().remove(std::exchange(number_, 0));
    subscription_.reset();
    context_.reset();
    connection_.reset();
  }

  // On the library's threads.
  static void on_message(natsConnection* connection, natsSubscription*, natsMsg* message,
                         void* closure) {
    const MessageHandle owned(message);
    const auto shared = Registry::find<Shared>(closure);
    if (shared == nullptr) return;
    if (natsMsg_GetDataLength(message) == 0 && !header(message, kStatus).empty()) {
      return on_status(*shared, connection, message);
    }
    jsMsgMetaData* data = nullptr;
    if (natsMsg_GetMetaData(&data, message) != NATS_OK) return;  // nobody else's business
    const std::unique_ptr<jsMsgMetaData, DestroyMetaData> owned_data(data);
    Message out{
        .subject = natsMsg_GetSubject(message),
        .payload = base::Slice::take(std::string(
            natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message)))),
        .sequence = data->Sequence.Stream,
        .timestamp = data->Timestamp};
    std::unique_lock lock(shared->mutex);
    shared->heard_at = Clock::now();
    if (!shared->is_reading) return;
    if (data->Sequence.Consumer != shared->last_delivery + 1) return shared->lose("a gap");
    shared->last_delivery = data->Sequence.Consumer;
    // The stream may have dropped what we were to read next.
    if (out.sequence != shared->last_sequence + 1) shared->deliver(std::nullopt);
    shared->last_sequence = out.sequence;
    shared->deliver(std::move(out));
    // While this waits, flow control holds the server back.
    shared->taken.wait(lock, [&] {
      return shared->waiting_bytes <= shared->options.max_waiting_bytes || shared->is_stopping;
    });
    shared->heard_at = Clock::now();
  }

  static void on_status(Shared& shared, natsConnection* connection, natsMsg* message) {
    const char* reply = natsMsg_GetReply(message);
    const std::string stalled(header(message, kStalled));
    // Flow control: the server goes on when this is answered, behind all that came before.
    if (reply != nullptr) {
      (void)natsConnection_Publish(connection, reply, nullptr, 0);
    } else if (!stalled.empty()) {
      (void)natsConnection_Publish(connection, stalled.c_str(), nullptr, 0);
    }
    const std::string_view last = header(message, kLastConsumer);
    std::uint64_t delivered = 0;
    const bool is_number =
        std::from_chars(last.data(), last.data() + last.size(), delivered).ec == std::errc();
    const std::lock_guard lock(shared.mutex);
    shared.heard_at = Clock::now();
    if (is_number && delivered > shared.last_delivery) shared.lose("a gap");
  }

  static void on_closed(natsConnection*, void* closure) {
    const auto shared = Registry::find<Shared>(closure);
    if (shared == nullptr) return;
    const std::lock_guard lock(shared->mutex);
    shared->lose("the connection was lost");
  }

  void* closure() const { return Registry::closure(number_); }

  const std::shared_ptr<Shared> shared_;
  std::uintptr_t number_ = 0;
  nats::ConnectionHandle connection_;
  nats::ContextHandle context_;                                          // goes before it
  std::unique_ptr<natsSubscription, DestroySubscription> subscription_;  // goes first
  std::string error_;                                                    // in the server's words
  std::string said_;                                                     // to the log
};

base::Expected<std::unique_ptr<NatsStreamReader>> NatsStreamReader::create(Loop& loop,
                                                                           const Options& options,
                                                                           Handler& handler) {
  auto urls = parse_nats_urls(options.url);
  if (!urls) return base::fail(std::move(urls.error()));
  if (!can_be_stream(options.stream)) return base::fail(ErrorCode::kInvalid, "not a NATS stream");
  auto shared = std::make_shared<Shared>(loop, options, std::move(*urls), handler);
  return std::unique_ptr<NatsStreamReader>(new NatsStreamReader(std::move(shared)));
}

NatsStreamReader::NatsStreamReader(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {
  thread_ = std::thread([shared = shared_] { Worker(shared).run(); });
  (void)::pthread_setname_np(thread_.native_handle(), "nats-stream");
}

NatsStreamReader::~NatsStreamReader() {
  DCHECK(shared_->loop.is_current());
  shared_->is_abandoned = true;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->is_stopping = true;
  }
  shared_->wanted.notify_all();
  shared_->taken.notify_all();
  thread_.join();
}

bool NatsStreamReader::is_connected() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->is_reading;
}

}  // namespace io
