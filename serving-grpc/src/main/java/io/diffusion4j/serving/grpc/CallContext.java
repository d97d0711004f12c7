package io.diffusion4j.serving.grpc;

import io.diffusion4j.serving.auth.Principal;
import io.grpc.Context;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The id, caller and prompt of one call. Its interceptors and handler fill it in. Thread-safe. */
final class CallContext {
  static final Context.Key<CallContext> KEY = Context.key("diffusion4j-call");

  /** The end of the HTTP response of a call; absent for calls in this process. */
  static final Context.Key<CompletionStage<?>> SENT = Context.key("diffusion4j-sent");

  private volatile String id = UUID.randomUUID().toString();
  private volatile Principal principal = Principal.ANYBODY;
  private volatile boolean authenticated;
  private volatile String prompt = "";

  /**
   * Returns the context of the call that this thread handles.
   *
   * @throws IllegalStateException if the thread handles no call
   */
  static CallContext current() {
    CallContext call = KEY.get();
    if (call == null) {
      throw new IllegalStateException("no call (expected: the thread that handles one)");
    }
    return call;
  }

  /** Returns the id that connects the client's error with the log. */
  String id() {
    return id;
  }

  /** Returns the caller; {@link Principal#ANYBODY} before authentication. */
  Principal principal() {
    return principal;
  }

  /** Returns the name of the caller; empty before authentication. */
  String principalName() {
    return authenticated ? principal.name() : "";
  }

  /** Returns the text of the request; empty if it has none or was not checked yet. */
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
