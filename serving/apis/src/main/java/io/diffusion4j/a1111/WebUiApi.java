package io.diffusion4j.a1111;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceBindingBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.PictureWorkers;
import io.diffusion4j.serving.grpc.PrincipalContext;
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.http.JsonFields;
import io.diffusion4j.serving.request.Resizer;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The routes under {@code /sdapi/v1/}. */
final class WebUiApi extends JsonApi {
  private static final String ROOT = "/sdapi/v1/";

  /** Two pictures in base64, and the rest. */
  private static final int MAX_BODY_BYTES = 10 << 20;

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
  private final PictureWorkers workers;

  /** The requests without an answer, by principal and age; guarded by itself. */
  private final ListMultimap<String, WebUiCall> drawings = ArrayListMultimap.create();

  WebUiApi(Callers callers, Resizer resizer, PictureWorkers workers) {
    this.callers = callers;
    this.resizer = resizer;
    this.workers = workers;
  }

  /** A request of a principal. */
  private record Asked(Arrived arrived, Principal caller) {
    String principal() {
      return caller.name();
    }

    JsonFields fields() {
      String body = arrived.request().contentUtf8();
      return JsonFields.of(body.isEmpty() ? "{}" : body, SdException::invalid);
    }

    WebUiModels models() {
      return new WebUiModels(arrived.service());
    }
  }

  @Override
  public void addTo(ServerBuilder server, Channel service) {
    for (String name : List.of("txt2img", "img2img")) {
      var route = server.route().post(ROOT + name).maxRequestLength(MAX_BODY_BYTES);
      add(route, service, arrived -> draw(asked(arrived), name.equals("img2img")));
    }
    get(server, service, "progress", this::progress);
    post(server, service, "interrupt", this::interrupt);
    get(server, service, "options", asked -> asked.models().options());
    post(server, service, "options", WebUiApi::setOptions);
    get(server, service, "sd-models", asked -> asked.models().list());
    get(server, service, "samplers", asked -> asked.models().samplers());
    get(server, service, "schedulers", asked -> asked.models().schedulers());
    get(server, service, "cmd-flags", asked -> object());
    EMPTY_LISTS.forEach(
        name -> get(server, service, name, asked -> JsonNodeFactory.instance.arrayNode()));
    post(server, service, "refresh-checkpoints", asked -> object());
    post(server, service, "png-info", WebUiApi::pngInfo);
    server
        .route()
        .pathPrefix(ROOT)
        .errorHandler(this::refused)
        .build(
            (ctx, request) ->
                response(
                    ctx,
                    CompletableFuture.failedFuture(
                        SdException.noRoute(request.method() + " " + request.path()))));
  }

  private void get(
      ServerBuilder server, Channel service, String name, Function<Asked, JsonNode> body) {
    reply(server.route().get(ROOT + name), service, body);
  }

  private void post(
      ServerBuilder server, Channel service, String name, Function<Asked, JsonNode> body) {
    reply(server.route().post(ROOT + name), service, body);
  }

  private void reply(ServiceBindingBuilder route, Channel service, Function<Asked, JsonNode> body) {
    addJson(route, service, arrived -> body.apply(asked(arrived)));
  }

  /** Requests with a body were authenticated before the body was read. */
  private Asked asked(Arrived arrived) {
    ServiceRequestContext ctx = arrived.context();
    Principal caller =
        PrincipalContext.of(ctx)
            .orElseGet(
                () -> {
                  RequestHeaders headers = arrived.request().headers();
                  String header = headers.get(HttpHeaderNames.AUTHORIZATION, "");
                  Principal principal = callers.of(header, UUID.randomUUID().toString());
                  PrincipalContext.is(ctx, principal);
                  return principal;
                });
    return new Asked(arrived, caller);
  }

  private CompletableFuture<HttpResponse> draw(Asked asked, boolean fromPicture) {
    JsonFields fields = asked.fields();
    if (!fromPicture) {
      return draw(asked, fields, SdRequest.of(fields, false, asked.models()));
    }
    return workers
        .decode(
            asked.caller(),
            SdRequest.count(fields),
            () -> SdRequest.of(fields, true, asked.models()))
        .thenCompose(request -> draw(asked, fields, request));
  }

  private CompletableFuture<HttpResponse> draw(Asked asked, JsonFields fields, SdRequest request) {
    var drawing =
        new WebUiCall(request, fields.json(), resizer, workers, asked.arrived().context());
    synchronized (drawings) {
      drawings.put(asked.principal(), drawing);
    }
    return drawing
        .begin(asked.arrived().service())
        .whenComplete(
            (response, error) -> {
              synchronized (drawings) {
                drawings.remove(asked.principal(), drawing);
              }
            });
  }

  /** Returns the requests of a principal, the oldest first. */
  private List<WebUiCall> drawings(Asked asked) {
    synchronized (drawings) {
      return List.copyOf(drawings.get(asked.principal()));
    }
  }

  private JsonNode progress(Asked asked) {
    boolean withImage = !"true".equals(asked.arrived().context().queryParam("skip_current_image"));
    List<WebUiCall> all = drawings(asked);
    return all.isEmpty() ? WebUiCall.idle() : all.get(0).progress(withImage, all.size());
  }

  /** Stops all requests of the caller, but no others. */
  private JsonNode interrupt(Asked asked) {
    drawings(asked).forEach(WebUiCall::interrupt);
    return object();
  }

  /** Settings belong to the operator; a client may only repeat the current choice. */
  private static JsonNode setOptions(Asked asked) {
    ObjectNode given = asked.fields().json();
    JsonNode have = asked.models().options();
    given
        .properties()
        .forEach(
            option -> {
              boolean same =
                  option.getKey().equals(SdRequest.CHECKPOINT)
                      && asked.models().titled(option.getValue().asText()).getIsDefault();
              if (!same && !option.getValue().equals(have.get(option.getKey()))) {
                throw SdException.unsupported(
                    option.getKey(),
                    Errors.quote(option.getValue().toString()),
                    "as it is; a request chooses a model by override_settings");
              }
            });
    return object();
  }

  private static JsonNode pngInfo(Asked asked) {
    byte[] file =
        asked
            .fields()
            .picture("image")
            .orElseThrow(() -> SdException.invalid("image", "none", "a PNG file in base64"));
    ObjectNode json = object().put("info", Infotext.ofFile("image", file));
    json.putObject("items");
    json.putObject("parameters");
    return json;
  }

  @Override
  protected @Nullable ApiException explain(Throwable cause) {
    if (cause instanceof ContentTooLargeException) {
      return SdException.of(Errors.REQUEST_TOO_LARGE.error(MAX_BODY_BYTES));
    }
    return cause instanceof StatusRuntimeException ? SdException.of(cause) : null;
  }
}
