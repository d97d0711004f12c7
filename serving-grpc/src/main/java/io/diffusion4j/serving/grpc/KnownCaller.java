package io.diffusion4j.serving.grpc;

import com.linecorp.armeria.common.RequestContext;
import io.diffusion4j.serving.auth.Principal;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.netty.util.AttributeKey;

/**
 * Passes the principal of an HTTP request, which was authenticated by its headers, on to its call,
 * so that the token is not hashed again. Part of the HTTP server only: in process there are no
 * requests, and an application may have another version of Netty than the HTTP server needs.
 */
public final class KnownCaller implements ServerInterceptor {
  private static final AttributeKey<Principal> PRINCIPAL =
      AttributeKey.valueOf(KnownCaller.class, "principal");

  KnownCaller() {}

  /** Records the principal of a request. */
  public static void is(RequestContext request, Principal principal) {
    request.setAttr(PRINCIPAL, principal);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    RequestContext request = RequestContext.currentOrNull();
    Principal principal = request == null ? null : request.attr(PRINCIPAL);
    return principal == null
        ? next.startCall(call, headers)
        : Contexts.interceptCall(
            Context.current().withValue(Callers.KNOWN, principal), call, headers, next);
  }
}
