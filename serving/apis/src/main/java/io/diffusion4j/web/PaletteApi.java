package io.diffusion4j.web;

import static java.util.concurrent.CompletableFuture.completedFuture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.rpc.Code;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.ServerBuilder;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.PrincipalContext;
import io.diffusion4j.serving.grpc.Rights;
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.http.JsonFields;
import io.diffusion4j.serving.model.Palette;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import jakarta.inject.Inject;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The palette for the web page: {@code GET /api/palette} responds with its state, or {@code {}} if
 * the server has none or the caller may not search it, {@code GET /api/palette/picture?name=NAME}
 * with a picture. {@code POST /api/palette/index}, {@code /train} and {@code /stop} begin and stop
 * jobs, and respond with the state. Its pictures are found by {@code SearchImages}.
 */
final class PaletteApi extends JsonApi {
  private static final String ROOT = "/api/palette";

  private final Optional<Palette> palette;
  private final Callers callers;

  @Inject
  PaletteApi(Optional<Palette> palette, Callers callers) {
    this.palette = palette;
    this.callers = callers;
  }

  /** What a route does with the palette: the begun job, whose end the state shows. */
  private interface Action {
    Optional<CompletableFuture<Void>> run(Palette palette, JsonFields body);
  }

  @Override
  public void addTo(ServerBuilder server, Channel service) {
    add(
        server.route().get(ROOT),
        service,
        arrived -> state(palette.filter(own -> principal(arrived).has(Role.EMBED))));
    if (palette.isPresent()) {
      add(server.route().get(ROOT + "/picture"), service, this::picture);
      post(server, service, "index", (own, body) -> Optional.of(own.index()));
      post(server, service, "train", (own, body) -> Optional.of(own.train(training(body))));
      post(server, service, "stop", (own, body) -> stopped(own));
    }
  }

  private void post(ServerBuilder server, Channel service, String name, Action action) {
    add(
        server.route().post(ROOT + "/" + name),
        service,
        arrived -> {
          require(arrived, Role.TRAIN);
          try {
            var unused = action.run(palette.orElseThrow(), body(arrived));
          } catch (IllegalArgumentException e) {
            throw invalid(Errors.reason(e));
          }
          return state(palette);
        });
  }

  private static Optional<CompletableFuture<Void>> stopped(Palette palette) {
    palette.stop();
    return Optional.empty();
  }

  private void require(Arrived arrived, Role role) {
    Rights.requireRole(principal(arrived), role);
  }

  private Principal principal(Arrived arrived) {
    return PrincipalContext.of(arrived.context(), arrived.request().headers(), callers);
  }

  private static CompletionStage<HttpResponse> state(Optional<Palette> shown) {
    ObjectNode json = object();
    shown
        .map(Palette::state)
        .ifPresent(
            now ->
                json.put("pictures", now.pictures())
                    .put("job", now.job())
                    .put("running", now.running())
                    .put("done", now.done())
                    .put("total", now.total())
                    .put("failure", now.failure())
                    .put("maxSteps", now.maxSteps()));
    return completedFuture(json(HttpStatus.OK, json));
  }

  private CompletionStage<HttpResponse> picture(Arrived arrived) {
    require(arrived, Role.EMBED);
    String name = Objects.requireNonNullElse(arrived.context().queryParam("name"), "");
    return completedFuture(
        palette
            .orElseThrow()
            .picture(name)
            .map(png -> HttpResponse.of(HttpStatus.OK, MediaType.PNG, png))
            .orElseThrow(
                () ->
                    Errors.of(
                        Code.NOT_FOUND,
                        "UNKNOWN_PICTURE",
                        "picture: " + Errors.quote(name) + " (expected: of the palette)")));
  }

  private static JsonFields body(Arrived arrived) {
    String text = arrived.request().contentUtf8();
    return JsonFields.of(text.isEmpty() ? "{}" : text, PaletteApi::invalid);
  }

  private static Palette.Training training(JsonFields body) {
    return new Palette.Training(
        body.text("name").orElse(""),
        body.texts("pictures", "names of pictures"),
        body.text("caption").orElse(""),
        body.integer("steps", 0, Integer.MAX_VALUE).orElse(0));
  }

  private static StatusRuntimeException invalid(String field, Object value, String expected) {
    return invalid(field + ": " + value + " (expected: " + expected + ")");
  }

  private static StatusRuntimeException invalid(String message) {
    return Errors.of(Code.INVALID_ARGUMENT, "INVALID_FIELD", message);
  }

  @Override
  protected @Nullable ApiException explain(Throwable cause) {
    return cause instanceof StatusRuntimeException error ? new WebFault(error) : null;
  }
}
