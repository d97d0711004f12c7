package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.KnownCaller;
import io.grpc.health.v1.HealthGrpc;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Authenticates requests by their headers, before anything of their bodies is read, so that
 * strangers take no memory. What the caller may do is checked where the request is understood.
 *
 * <p>Requests that bring no body, such as those for a page, go on to routes that check for
 * themselves; health is for everybody.
 */
final class HeaderAccess {
  static final String HEALTH = "/" + HealthGrpc.SERVICE_NAME + "/";

  private final Callers callers;

  HeaderAccess(Callers callers) {
    this.callers = callers;
  }

  /** Passes the request on, or answers it with the refusal in the form of its route. */
  HttpResponse serve(HttpService service, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    if (Bodies.WITHOUT_BODY.contains(request.method()) || ctx.path().startsWith(HEALTH)) {
      return service.serve(ctx, request);
    }
    return after(() -> KnownCaller.is(ctx, authenticate(ctx, request)), service, ctx, request);
  }

  /**
   * Returns the principal of a request by its header, which the access log then names. May block.
   *
   * @throws io.grpc.StatusRuntimeException if the caller is not let in
   */
  Principal authenticate(ServiceRequestContext ctx, HttpRequest request) {
    String header = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
    Principal principal = callers.of(header, UUID.randomUUID().toString());
    HttpAccessLog.isFrom(ctx, principal.name());
    return principal;
  }

  /** Passes a request on after a check that may block; what it throws is answered instead. */
  static HttpResponse after(
      Runnable check, HttpService service, ServiceRequestContext ctx, HttpRequest request) {
    return HttpResponse.of(
        CompletableFuture.runAsync(check, ctx.blockingTaskExecutor())
            .thenApplyAsync(done -> passOn(service, ctx, request), ctx.eventLoop())
            .whenComplete(
                (answer, refused) -> {
                  if (refused != null) {
                    Bodies.discard(ctx, request);
                  }
                }));
  }

  /** Passes the request on as if this thread had been asked at first. */
  private static HttpResponse passOn(
      HttpService service, ServiceRequestContext ctx, HttpRequest request) {
    try {
      return service.serve(ctx, request);
    } catch (Exception e) { // as if it had been called where it is declared
      return HttpResponse.ofFailure(e);
    }
  }
}
