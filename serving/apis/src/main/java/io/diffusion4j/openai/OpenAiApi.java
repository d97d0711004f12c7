package io.diffusion4j.openai;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.CompletableFuture.completedFuture;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.multipart.MimeParsingException;
import com.linecorp.armeria.common.multipart.Multipart;
import com.linecorp.armeria.common.stream.StreamMessage;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceBindingBuilder;
import io.diffusion4j.openai.ImagesRequest.Task;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.PictureWorkers;
import io.diffusion4j.serving.grpc.PrincipalContext;
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.request.Resizer;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutorGroup;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The routes under {@code /v1/}. */
final class OpenAiApi extends JsonApi {
  /** Two image files of OpenAI's limit, and the rest of the form. */
  private static final long MAX_FORM_BYTES = 10L << 20;

  /** Reads forms, so that connection threads do not. */
  private static final EventExecutorGroup FORMS =
      new DefaultEventExecutorGroup(
          Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
          new DefaultThreadFactory("openai-forms", true));

  private final Callers callers;
  private final Resizer resizer;
  private final PictureWorkers workers;

  OpenAiApi(Callers callers, Resizer resizer, PictureWorkers workers) {
    this.callers = callers;
    this.resizer = resizer;
    this.workers = workers;
  }

  @Override
  public void addTo(ServerBuilder server, Channel service) {
    images(server.route().post("/v1/images/generations"), service, Task.GENERATION);
    images(server.route().post("/v1/images/edits"), service, Task.EDIT);
    images(server.route().post("/v1/images/variations"), service, Task.VARIATION);
    addJson(server.route().get("/v1/models"), service, arrived -> models(arrived).list());
    addJson(
        server.route().get("/v1/models/{model}"),
        service,
        arrived -> models(arrived).get(requireNonNull(arrived.context().pathParam("model"))));
    add(server.route().pathPrefix("/v1/"), service, OpenAiApi::noSuchRoute);
  }

  private void images(ServiceBindingBuilder route, Channel service, Task task) {
    if (task != Task.GENERATION) {
      route.maxRequestLength(MAX_FORM_BYTES);
    }
    add(
        route,
        service,
        arrived ->
            parameters(arrived, task)
                .thenComposeAsync(
                    parameters -> request(arrived, task, parameters),
                    arrived.context().blockingTaskExecutor())
                .thenCompose(asked -> images(arrived, task, asked)));
  }

  /** Returns the request; an edit decodes a picture for its mask. */
  private CompletableFuture<ImagesRequest> request(
      Arrived arrived, Task task, Parameters parameters) {
    if (task != Task.EDIT) {
      return completedFuture(ImagesRequest.of(task, parameters, models(arrived)));
    }
    Principal caller = PrincipalContext.of(arrived.context(), arrived.request().headers(), callers);
    return workers.decode(
        caller,
        Math.max(1, parameters.integer("n").orElse(1)),
        () -> ImagesRequest.of(task, parameters, models(arrived)));
  }

  private CompletableFuture<HttpResponse> images(Arrived arrived, Task task, ImagesRequest asked) {
    return asked.stream()
        ? new ImageEvents(asked, task.events, resizer, workers, arrived.context())
            .begin(arrived.service())
        : new ImageList(asked, resizer, workers, arrived.context()).begin(arrived.service());
  }

  private static CompletableFuture<Parameters> parameters(Arrived arrived, Task task) {
    MediaType expected = task == Task.GENERATION ? MediaType.JSON : MediaType.MULTIPART_FORM_DATA;
    MediaType type = arrived.request().contentType();
    if (type == null || !type.is(expected)) {
      throw OpenAiException.refusal(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          "content-type: " + type + " (expected: " + expected + ")",
          null,
          "unsupported_content_type");
    }
    return task == Task.GENERATION
        ? completedFuture(Parameters.of(arrived.request().contentUtf8()))
        : form(arrived.request(), type);
  }

  /**
   * Reads the parameters of a form once it has arrived completely: the incremental reader scans
   * earlier pieces again for each new one, so a client could keep it busy.
   */
  private static CompletableFuture<Parameters> form(AggregatedHttpRequest body, MediaType type) {
    String boundary =
        type.parameters().getOrDefault("boundary", List.of()).stream().findFirst().orElse("");
    if (boundary.isBlank()) {
      throw invalidForm("content-type: " + type + " (expected: with the boundary of its parts)");
    }
    return Multipart.from(boundary, StreamMessage.of(body.content()))
        .aggregate(FORMS.next())
        .thenApply(Parameters::of);
  }

  static OpenAiException invalidForm(String message) {
    return OpenAiException.refusal(HttpStatus.BAD_REQUEST, message, null, "invalid_form");
  }

  private static OpenAiModels models(Arrived arrived) {
    return OpenAiModels.of(arrived.service());
  }

  private static CompletableFuture<HttpResponse> noSuchRoute(Arrived arrived) {
    throw OpenAiException.refusal(
        HttpStatus.NOT_FOUND,
        "Invalid URL (" + arrived.request().method() + " " + arrived.request().path() + ")",
        null,
        "unknown_url");
  }

  @Override
  protected @Nullable ApiException explain(Throwable cause) {
    if (cause instanceof StatusRuntimeException) {
      return OpenAiException.of(cause);
    }
    if (cause instanceof ContentTooLargeException) {
      return OpenAiException.refusal(
          HttpStatus.REQUEST_ENTITY_TOO_LARGE,
          "request: too large (expected: at most " + MAX_FORM_BYTES + " bytes with files)",
          null,
          "request_too_large");
    }
    return cause instanceof MimeParsingException || cause instanceof IllegalStateException
        ? invalidForm("We could not parse your form: " + Errors.reason(cause))
        : null;
  }
}
