package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.grpc.BlockingWorkerPool;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.PrincipalContext;
import io.grpc.health.v1.HealthGrpc;
import java.util.UUID;

/**
 * A decorator that authenticates requests by their headers, before it reads any byte of a body, so
 * unauthenticated clients take no memory. Permissions are checked later, by the service.
 *
 * <p>Requests of methods without a body, such as those for a page, are forwarded to routes with
 * checks of their own, and refused if they have a body. Health checks need no authentication.
 *
 * <p>Tokens are verified on threads of their own, so that slow handlers keep no client waiting.
 */
final class HeaderAccess {
  static final String HEALTH = "/" + HealthGrpc.SERVICE_NAME + "/";

  private static final int THREADS = 32;

  /** The number of requests that wait to be authenticated; further ones are refused. */
  private static final int MAX_WAITING = 4096;

  private final BlockingWorkerPool workers =
      new BlockingWorkerPool("authentication", THREADS, MAX_WAITING);
  private final Callers callers;

  HeaderAccess(Callers callers) {
    this.callers = callers;
  }

  /** Forwards a request, or refuses it in the form that its client expects. */
  HttpResponse serve(HttpService service, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    if (BodyGuard.WITHOUT_BODY.contains(request.method())) {
      refuseBody(ctx, request);
      return service.serve(ctx, request);
    }
    if (ctx.path().startsWith(HEALTH)) {
      return service.serve(ctx, request);
    }
    return after(() -> PrincipalContext.is(ctx, authenticate(ctx, request)), service, ctx, request);
  }

  private static void refuseBody(ServiceRequestContext ctx, HttpRequest request) {
    if (!request.isEmpty()) {
      BodyGuard.endConnection(ctx);
      var violations = new Violations();
      violations.add("body", "one in " + request.method(), "none");
      violations.throwIfAny();
    }
  }

  /**
   * Returns the principal of a request, and records it for the access log. May block.
   *
   * @throws io.grpc.StatusRuntimeException if authentication fails
   */
  Principal authenticate(ServiceRequestContext ctx, HttpRequest request) {
    String header = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
    Principal principal = callers.of(header, UUID.randomUUID().toString());
    HttpAccessLog.isFrom(ctx, principal.name());
    return principal;
  }

  /** Forwards a request after a check that may block, or responds with the error of the check. */
  HttpResponse after(
      Runnable check, HttpService service, ServiceRequestContext ctx, HttpRequest request) {
    return HttpResponse.of(
        workers
            .run(check)
            .thenApplyAsync(done -> passOn(service, ctx, request), ctx.eventLoop())
            .whenComplete(
                (answer, refused) -> {
                  if (refused != null) {
                    // The response aborts the body; earlier, its stream would be reset without it.
                    BodyGuard.endConnection(ctx);
                  }
                }));
  }

  /** Forwards a request on the event loop, with exceptions as failed responses. */
  private static HttpResponse passOn(
      HttpService service, ServiceRequestContext ctx, HttpRequest request) {
    try {
      return service.serve(ctx, request);
    } catch (Exception e) { // the caller cannot throw checked exceptions
      return HttpResponse.ofFailure(e);
    }
  }
}
