#include "wire/rtmp/commands.h"

#include <algorithm>
#include <cmath>

namespace wire::rtmp {
namespace {

using media::amf0::Property;
using media::amf0::Value;

constexpr std::size_t kMaxFourCcs = 64;
// FourCcInfoMask of Enhanced RTMP: coded media is passed on as it is.
constexpr double kCanForward = 4;

constexpr std::string_view kAudioFourCcs[] = {"mp4a", ".mp3", "Opus", "fLaC", "ac-3", "ec-3"};

std::string text_at(const Value& object, std::string_view name) {
  return std::string(object.string_at(name).value_or(std::string_view()));
}

void add_fourccs(const Value* from, std::vector<std::string>& fourccs) {
  const auto add = [&](std::string_view fourcc) {
    const bool usable = fourcc == "*" || fourcc.size() == 4;
    if (usable && fourccs.size() < kMaxFourCcs &&
        std::ranges::find(fourccs, fourcc) == fourccs.end()) {
      fourccs.emplace_back(fourcc);
    }
  };
  if (from == nullptr) return;
  for (const auto& element : from->elements()) {
    if (const auto text = element.as_string()) add(*text);
  }
  for (const auto& property : from->properties()) add(property.name);
}

// Enhanced RTMP v2, "Enhancing NetConnection connect Command".
void add_enhanced(Value& object, const EnhancedCapabilities& enhanced) {
  std::vector<Value> list;
  Value video = Value::object();
  Value audio = Value::object();
  for (const auto& fourcc : enhanced.fourccs) {
    const bool is_audio = std::ranges::find(kAudioFourCcs, fourcc) != std::end(kAudioFourCcs);
    (is_audio ? audio : video).add(fourcc, Value::number(kCanForward));
    list.push_back(Value::string(fourcc));
  }
  object.add("fourCcList", Value::strict_array(std::move(list)));
  object.add("videoFourCcInfoMap", std::move(video));
  object.add("audioFourCcInfoMap", std::move(audio));
  object.add("capsEx", Value::number(enhanced.caps_ex));
}

base::Bytes command(std::string_view name, double transaction, std::vector<Value> values) {
  std::vector<Value> all = {Value::string(name), Value::number(transaction)};
  std::ranges::move(values, std::back_inserter(all));
  return media::amf0::write_all(all);
}

}  // namespace

std::string_view Command::text(std::size_t i) const {
  if (i + 1 >= values.size()) return {};
  return values[i + 1].as_string().value_or(std::string_view());
}

double Command::number(std::size_t i) const {
  return i + 1 < values.size() ? values[i + 1].as_number().value_or(0) : 0;
}

base::Expected<Command> parse_command(base::ByteSpan payload) {
  auto values = media::amf0::parse_all(payload);
  if (!values) return base::fail(std::move(values.error()).with_context("command"));
  if (values->empty() || !values->front().as_string()) {
    return base::fail(base::ErrorCode::kMalformed, "a command without a name");
  }
  Command result;
  result.name = *values->front().as_string();
  if (values->size() > 1) {
    result.transaction = (*values)[1].as_number().value_or(0);
    // It is only echoed; a NaN would be an odd echo.
    if (!std::isfinite(result.transaction)) result.transaction = 0;
  }
  if (values->size() > 2) {
    result.values.assign(std::make_move_iterator(values->begin() + 2),
                         std::make_move_iterator(values->end()));
  }
  return result;
}

ConnectInfo read_connect(const Command& command) {
  ConnectInfo info;
  if (command.values.empty()) return info;
  const Value& object = command.values.front();
  info.app = text_at(object, "app");
  info.tc_url = text_at(object, "tcUrl");
  info.flash_version = text_at(object, "flashVer");
  EnhancedCapabilities enhanced;
  bool speaks_enhanced = false;
  for (const auto* name : {"fourCcList", "videoFourCcInfoMap", "audioFourCcInfoMap"}) {
    const Value* value = object.find(name);
    speaks_enhanced |= value != nullptr;
    add_fourccs(value, enhanced.fourccs);
  }
  if (const auto caps = object.number_at("capsEx")) {
    speaks_enhanced = true;
    constexpr double kMaxCaps = 4'294'967'295.0;
    if (*caps >= 0 && *caps <= kMaxCaps) enhanced.caps_ex = static_cast<std::uint32_t>(*caps);
  }
  if (speaks_enhanced) info.enhanced = std::move(enhanced);
  return info;
}

base::Bytes connect_result(double transaction, const EnhancedCapabilities* enhanced) {
  // Encoders look for "FMS/" and a version here, if they look.
  Value properties = Value::object({{"fmsVer", Value::string("FMS/3,5,3,824")},
                                    {"capabilities", Value::number(31)},
                                    {"mode", Value::number(1)}});
  if (enhanced != nullptr) add_enhanced(properties, *enhanced);
  Value information = Value::object({{"level", Value::string("status")},
                                     {"code", Value::string("NetConnection.Connect.Success")},
                                     {"description", Value::string("Connection succeeded.")},
                                     {"objectEncoding", Value::number(0)}});
  return command("_result", transaction, {std::move(properties), std::move(information)});
}

base::Bytes null_result(double transaction) {
  return command("_result", transaction, {Value::null(), Value()});
}

base::Bytes number_result(double transaction, double value) {
  return command("_result", transaction, {Value::null(), Value::number(value)});
}

base::Bytes status(std::string_view name, std::string_view level, std::string_view code,
                   std::string_view description) {
  return command(name, 0,
                 {Value::null(), Value::object({{"level", Value::string(level)},
                                                {"code", Value::string(code)},
                                                {"description", Value::string(description)}})});
}

base::Bytes connect_command(double transaction, const ConnectInfo& info) {
  Value object = Value::object({{"app", Value::string(info.app)},
                                {"type", Value::string("nonprivate")},
                                {"flashVer", Value::string(info.flash_version)},
                                {"tcUrl", Value::string(info.tc_url)}});
  if (info.enhanced) add_enhanced(object, *info.enhanced);
  return command("connect", transaction, {std::move(object)});
}

base::Bytes simple_command(std::string_view name, double transaction,
                           std::initializer_list<std::string_view> texts) {
  std::vector<Value> values = {Value::null()};
  for (const auto text : texts) values.push_back(Value::string(text));
  return command(name, transaction, std::move(values));
}

base::Bytes delete_stream_command(double transaction, double stream_id) {
  return command("deleteStream", transaction, {Value::null(), Value::number(stream_id)});
}

StatusInfo read_status(const Command& command) {
  // The information object is the last argument; some servers leave the first out.
  for (const auto& value : command.values) {
    if (value.find("code") == nullptr) continue;
    return {text_at(value, "level"), text_at(value, "code"), text_at(value, "description")};
  }
  return {};
}

}  // namespace wire::rtmp
