package io.diffusion4j.serving.grpc;

import io.diffusion4j.serving.auth.Principal;
import io.grpc.Context;
import java.util.UUID;

/** What is known of the present call. One for each; filled as it becomes known. */
final class CallContext {
  static final Context.Key<CallContext> KEY = Context.key("diffusion4j-call");

  private volatile String id = UUID.randomUUID().toString();
  private volatile Principal principal = Principal.ANYBODY;
  private volatile boolean authenticated;
  private volatile String prompt = "";

  /** That of the call that this thread handles. */
  static CallContext current() {
    CallContext call = KEY.get();
    if (call == null) {
      throw new IllegalStateException("no call (expected: the thread that handles one)");
    }
    return call;
  }

  /** Under which the log has what goes wrong, and the client is told so. */
  String id() {
    return id;
  }

  /** Who calls. */
  Principal principal() {
    return principal;
  }

  /** The name of who calls; empty before that was told. */
  String principalName() {
    return authenticated ? principal.name() : "";
  }

  /** What is asked for, in words. */
  String prompt() {
    return prompt;
  }

  void isFrom(Principal caller) {
    principal = caller;
    authenticated = true;
  }

  void asksFor(String requestId, String words) {
    id = requestId;
    prompt = words;
  }
}
