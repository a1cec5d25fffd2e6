#pragma once

#include <string>
#include <string_view>

#include "events/lead_change.hpp"
#include "providers/body_slots.hpp"
#include "providers/definition_parts.hpp"
#include "providers/plan_parts.hpp"
#include "providers/request.hpp"

namespace leadrelay::providers {

/// A member name and those above it; made into a text only where something is wrong.
struct name_link {
  const name_link* above;
  std::string_view name;
};

/// The dotted name, made printable.
std::string dotted(const name_link* link);

/// Builds one request: fills the body's slots from `changes`, `native`, `lead`, `snapshot` and defaults, in this order, and writes them.
/// Lives for one call; each step returns false once `problem_` says why there can be no request.
class request_builder {
 public:
  request_builder(const plan::parts& by, const events::lead_change& change)
      : plan_(by),
        tables_(*by.tables),
        rules_(by.rules()),
        change_(change),
        slots_(rules_.leaves, change.numbers) {}

  outcome<request> run();
  /// What stands where in the body, once `run` has returned a request.
  const body_slots& slots() const noexcept { return slots_; }

 private:
  // Messages.

  bool fail(reason why, std::string detail);
  bool invalid(const std::string& name, std::string_view what);
  static std::string_view prefix(origin_of_value from) noexcept;
  std::string name_of(const field& of, origin_of_value from) const;
  bool unmapped(const std::string& name);
  bool unmapped_native(const name_link& link, const body_node& node);

  // The canonical side: `changes` and `snapshot`.

  bool take_changes();
  bool walk(const json::value& object, const canonical_node& node, origin_of_value from, const name_link* above);
  bool take(const json::value& value, const canonical_node& node, origin_of_value from, const name_link& link);

  /// A changed member that the definition cannot say: good only where the account ignores it, or all of it.
  bool pass_over(const json::value& value, const name_link& link);
  bool clear_below(const canonical_node& node);
  bool clear(int field_index, origin_of_value from);
  bool fill(int field_index, const json::value& value, origin_of_value from);
  bool fill_joined(int field_index, const json::value& value, origin_of_value from);
  static const json::value* find_dotted(const json::value& object, std::string_view name);

  /// Whether a snapshot's value for this field has a place in the request.
  bool wants(const field& of) const;

  /// Whether a field that is sent may be sent only with what stands in this leaf.
  bool is_companion(int leaf) const;

  /// Fills a leaf. Two canonical names may share one; then they must agree.
  bool put(const slot& made);

  // The provider's own shape: `native`.

  bool has_native() const noexcept;
  bool take_native();
  bool walk_native(const json::value& object, const body_node& node, const name_link& above);
  bool walk_native_items(const json::value& list, const body_node& node, const name_link& above);
  bool take_native(const json::value& value, const body_node& node, const name_link& link);
  bool clear_native(const body_node& node, const name_link& link);

  // Which lead.

  std::string_view given(identifier which) const noexcept;
  bool take_identifiers();
  bool no_identifier_given();

  /// The identifiers go where the body wants them. `native` may say them too, as long as it means the same lead: the lane that keeps
  /// the lead's order is chosen by what the event's `lead` says.
  bool put_identifier(identifier which, int leaf);

  /// Whether the event gives an identifier that the provider looks at before this one.
  bool has_stronger(identifier which) const;

  // What the event's changes do not say.

  bool take_snapshot();
  void take_defaults();
  bool check_companions();

  /// Whether a field that only `native` says, an old name of another, says this word of its list.
  bool has_alias(std::string_view word) const;
  bool check_required();

  // The request.

  /// What there is where nothing is left to send: a request that says so, if the account ignores all that the event says.
  outcome<request> silent() const;
  outcome<request> write();
  bool write_target(std::string& out);

  const plan::parts& plan_;
  const plan_tables& tables_;
  const definition::parts& rules_;
  const events::lead_change& change_;
  body_slots slots_;
  bool appends_ = false;
  bool ignored_any_ = false;
  problem problem_;
};

}  // namespace leadrelay::providers
