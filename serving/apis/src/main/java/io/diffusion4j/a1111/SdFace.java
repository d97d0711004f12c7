package io.diffusion4j.a1111;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.Credentials;
import io.diffusion4j.serving.grpc.KnownCaller;
import io.diffusion4j.serving.http.HttpFace;
import io.diffusion4j.serving.http.Refusals;
import io.diffusion4j.serving.request.Resizer;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The routes under {@code /sdapi/v1/}. */
final class SdFace implements HttpFace {
  private static final String ROOT = "/sdapi/v1/";

  /** Two pictures in base64, and the rest. */
  private static final long MOST_BODY_BYTES = 10L << 20;

  /** Lists that clients request and that are empty here. */
  private static final List<String> EMPTY_LISTS =
      List.of(
          "upscalers",
          "latent-upscale-modes",
          "hypernetworks",
          "face-restorers",
          "realesrgan-models",
          "prompt-styles",
          "sd-vae",
          "sd-modules",
          "scripts-list");

  private final Callers callers;
  private final Resizer resizer;
  private final Drawings drawings = new Drawings();

  SdFace(Callers callers, Resizer resizer) {
    this.callers = callers;
    this.resizer = resizer;
  }

  /** A request that has arrived. */
  private record Arrived(
      ServiceRequestContext ctx, Channel service, Principal principal, String body) {
    Fields fields() {
      return Fields.of(body.isEmpty() ? "{}" : body);
    }

    Catalogue models() {
      return Catalogue.of(service);
    }
  }

  @Override
  public void addTo(ServerBuilder server, Channel service) {
    draws(server, service, "txt2img", false);
    draws(server, service, "img2img", true);
    get(server, service, "progress", this::progress);
    post(server, service, "interrupt", this::interrupt);
    get(server, service, "options", arrived -> arrived.models().options());
    post(server, service, "options", SdFace::setOptions);
    get(server, service, "sd-models", arrived -> arrived.models().list());
    get(server, service, "samplers", arrived -> arrived.models().samplers());
    get(server, service, "schedulers", arrived -> arrived.models().schedulers());
    get(server, service, "cmd-flags", arrived -> Fields.newObject());
    EMPTY_LISTS.forEach(name -> get(server, service, name, arrived -> Fields.newArray()));
    post(server, service, "refresh-checkpoints", arrived -> Fields.newObject());
    post(server, service, "png-info", SdFace::pngInfo);
    server
        .route()
        .pathPrefix(ROOT)
        .errorHandler(SdFace::refused)
        .build(
            (ctx, request) ->
                refused(ctx, SdException.noRoute(request.method() + " " + request.path())));
  }

  private void draws(ServerBuilder server, Channel service, String name, boolean fromPicture) {
    server
        .route()
        .post(ROOT + name)
        .maxRequestLength(MOST_BODY_BYTES)
        .errorHandler(SdFace::refused)
        .build(
            (ctx, request) -> answer(ctx, request, service, arrived -> draw(arrived, fromPicture)));
  }

  private CompletableFuture<HttpResponse> draw(Arrived arrived, boolean fromPicture) {
    Fields fields = arrived.fields();
    SdRequest asked = SdRequest.of(fields, fromPicture, arrived.models());
    var drawing = new Drawing(asked, fields.json(), resizer, arrived.ctx());
    String principal = arrived.principal().name();
    drawings.add(principal, drawing);
    return drawing
        .begin(arrived.service())
        .whenComplete((response, error) -> drawings.remove(principal, drawing));
  }

  private JsonNode progress(Arrived arrived) {
    String principal = arrived.principal().name();
    boolean withImage = !"true".equals(arrived.ctx().queryParam("skip_current_image"));
    return drawings
        .oldest(principal)
        .map(drawing -> drawing.progress(withImage, drawings.of(principal).size()))
        .orElseGet(Drawing::idle);
  }

  /** Stops all requests of the caller, but no others. */
  private JsonNode interrupt(Arrived arrived) {
    drawings.of(arrived.principal().name()).forEach(Drawing::interrupt);
    return Fields.newObject();
  }

  /** Settings belong to the operator; a client may only repeat the current choice. */
  private static JsonNode setOptions(Arrived arrived) {
    ObjectNode given = arrived.fields().json();
    JsonNode have = arrived.models().options();
    given
        .properties()
        .forEach(
            option -> {
              boolean same =
                  option.getKey().equals(SdRequest.CHECKPOINT)
                      && arrived.models().titled(option.getValue().asText()).getIsDefault();
              if (!same && !option.getValue().equals(have.get(option.getKey()))) {
                throw SdException.unsupported(
                    option.getKey(),
                    Errors.quote(option.getValue().toString()),
                    "as it is; a request chooses a model by override_settings");
              }
            });
    return Fields.newObject();
  }

  private static JsonNode pngInfo(Arrived arrived) {
    byte[] file =
        arrived
            .fields()
            .picture("image")
            .orElseThrow(() -> SdException.invalid("image", "none", "a PNG file in base64"));
    ObjectNode json = Fields.newObject().put("info", Infotext.ofFile("image", file));
    json.putObject("items");
    json.putObject("parameters");
    return json;
  }

  private void get(
      ServerBuilder server, Channel service, String name, Function<Arrived, JsonNode> body) {
    server
        .route()
        .get(ROOT + name)
        .errorHandler(SdFace::refused)
        .build((ctx, request) -> answer(ctx, request, service, json(body)));
  }

  private void post(
      ServerBuilder server, Channel service, String name, Function<Arrived, JsonNode> body) {
    server
        .route()
        .post(ROOT + name)
        .errorHandler(SdFace::refused)
        .build((ctx, request) -> answer(ctx, request, service, json(body)));
  }

  private static Function<Arrived, CompletableFuture<HttpResponse>> json(
      Function<Arrived, JsonNode> body) {
    return arrived ->
        CompletableFuture.completedFuture(
            HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.OK).contentType(MediaType.JSON_UTF_8).build(),
                HttpData.ofUtf8(body.apply(arrived).toString())));
  }

  private HttpResponse answer(
      ServiceRequestContext ctx,
      HttpRequest request,
      Channel service,
      Function<Arrived, CompletableFuture<HttpResponse>> handler) {
    return HttpResponse.of(
        request
            .aggregate(ctx.eventLoop())
            .thenApplyAsync(
                body -> {
                  Principal principal = principal(ctx, request);
                  return new Arrived(
                      ctx, Credentials.passedOn(service, ctx), principal, body.contentUtf8());
                },
                ctx.blockingTaskExecutor())
            .thenComposeAsync(handler, ctx.blockingTaskExecutor())
            .exceptionally(failure -> failed(ctx, failure)));
  }

  /** Requests with a body were authenticated before the body was read. */
  private Principal principal(ServiceRequestContext ctx, HttpRequest request) {
    return KnownCaller.of(ctx)
        .orElseGet(
            () -> {
              String header = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
              Principal principal = callers.of(header, UUID.randomUUID().toString());
              KnownCaller.is(ctx, principal);
              return principal;
            });
  }

  private static HttpResponse failed(ServiceRequestContext ctx, Throwable failure) {
    Throwable cause = Exceptions.peel(failure);
    if (cause instanceof SdException refusal) {
      return refused(ctx, refusal);
    }
    if (cause instanceof ContentTooLargeException) {
      return SdException.toResponse(Errors.REQUEST_TOO_LARGE.error((int) MOST_BODY_BYTES));
    }
    return Optional.ofNullable(refused(ctx, cause))
        .orElseGet(() -> HttpResponse.ofFailure(cause)); // the server logs the exception
  }

  /** Handles errors of the service, and requests that the server rejected before this handler. */
  private static @Nullable HttpResponse refused(ServiceRequestContext ctx, Throwable cause) {
    return cause instanceof StatusRuntimeException error
        ? SdException.toResponse(error)
        : null; // the same as on other routes
  }

  /** Counts a request that this face itself refuses, and returns the response. */
  private static HttpResponse refused(ServiceRequestContext ctx, SdException refusal) {
    Refusals.because(ctx, refusal.reason());
    return refusal.toResponse();
  }
}
