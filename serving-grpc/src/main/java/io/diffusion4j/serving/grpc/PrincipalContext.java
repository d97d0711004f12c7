package io.diffusion4j.serving.grpc;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.RequestContext;
import io.diffusion4j.serving.auth.Principal;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.netty.util.AttributeKey;
import java.util.Optional;

/**
 * Passes the principal of an authenticated HTTP request to its call, so that the token is verified
 * once, and the end of its response. Only the HTTP server uses this class: an in-process server has
 * no HTTP requests, and its application may depend on another version of Netty.
 */
public final class PrincipalContext implements ServerInterceptor {
  private static final AttributeKey<Principal> PRINCIPAL =
      AttributeKey.valueOf(PrincipalContext.class, "principal");

  PrincipalContext() {}

  /** Records the principal of an HTTP request. */
  public static void is(RequestContext request, Principal principal) {
    request.setAttr(PRINCIPAL, principal);
  }

  /** Returns the principal of an HTTP request; empty if the request was not authenticated yet. */
  public static Optional<Principal> of(RequestContext request) {
    return Optional.ofNullable(request.attr(PRINCIPAL));
  }

  /**
   * Returns the principal of an HTTP request, which is authenticated once; that of a request with a
   * body was before the body was read.
   *
   * @throws io.grpc.StatusRuntimeException if authentication fails
   */
  public static Principal of(RequestContext request, HttpHeaders headers, Callers callers) {
    return of(request)
        .orElseGet(
            () -> callers.of(headers.get(HttpHeaderNames.AUTHORIZATION, ""), request.id().text()));
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    RequestContext request = RequestContext.currentOrNull();
    if (request == null) {
      return next.startCall(call, headers);
    }
    Context context = Context.current().withValue(CallContext.SENT, request.log().whenComplete());
    return Contexts.interceptCall(
        of(request).map(known -> context.withValue(Callers.KNOWN, known)).orElse(context),
        call,
        headers,
        next);
  }
}
