package io.diffusion4j.openai;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.multipart.MimeParsingException;
import com.linecorp.armeria.common.multipart.Multipart;
import com.linecorp.armeria.common.stream.StreamMessage;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.openai.ImagesRequest.Task;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.Credentials;
import io.diffusion4j.serving.http.HttpFace;
import io.diffusion4j.serving.http.Refusals;
import io.diffusion4j.serving.request.Resizer;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutorGroup;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The routes under {@code /v1/}. */
final class OpenAiFace implements HttpFace {
  /** Two image files of OpenAI's limit, and the rest of the form. */
  private static final long MOST_FORM_BYTES = 10L << 20;

  /** Reads forms, so that connection threads do not. */
  private static final EventExecutorGroup FORMS =
      new DefaultEventExecutorGroup(
          Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
          new DefaultThreadFactory("openai-forms", true));

  private static final ResponseHeaders OK =
      ResponseHeaders.builder(HttpStatus.OK).contentType(MediaType.JSON_UTF_8).build();

  private final Resizer resizer;

  OpenAiFace(Resizer resizer) {
    this.resizer = resizer;
  }

  @Override
  public void addTo(ServerBuilder server, Channel service) {
    server
        .route()
        .post("/v1/images/generations")
        .errorHandler(OpenAiFace::refused)
        .build((ctx, req) -> images(ctx, req, service, Task.GENERATION));
    server
        .route()
        .post("/v1/images/edits")
        .maxRequestLength(MOST_FORM_BYTES)
        .errorHandler(OpenAiFace::refused)
        .build((ctx, req) -> images(ctx, req, service, Task.EDIT));
    server
        .route()
        .post("/v1/images/variations")
        .maxRequestLength(MOST_FORM_BYTES)
        .errorHandler(OpenAiFace::refused)
        .build((ctx, req) -> images(ctx, req, service, Task.VARIATION));
    server
        .route()
        .get("/v1/models")
        .build((ctx, req) -> answer(ctx, () -> catalogue(service, ctx).list()));
    server
        .route()
        .get("/v1/models/{model}")
        .build(
            (ctx, req) ->
                answer(
                    ctx,
                    () -> catalogue(service, ctx).get(requireNonNull(ctx.pathParam("model")))));
    server
        .route()
        .pathPrefix("/v1/")
        .errorHandler(OpenAiFace::refused)
        .build((ctx, req) -> noSuchRoute(ctx, req));
  }

  private HttpResponse images(
      ServiceRequestContext ctx, HttpRequest request, Channel service, Task task) {
    CompletableFuture<Parameters> read;
    try {
      read = parameters(ctx, request, task);
    } catch (OpenAiException e) {
      return failed(ctx, e);
    }
    return HttpResponse.of(
        read.thenApplyAsync(
                parameters -> {
                  var asked = ImagesRequest.of(task, parameters, catalogue(service, ctx));
                  Channel authorized = Credentials.passedOn(service, ctx);
                  return asked.stream()
                      ? ImageEvents.of(asked, task.events, resizer, authorized, ctx)
                      : ImageList.of(asked, resizer, authorized, ctx);
                },
                ctx.blockingTaskExecutor())
            .exceptionally(failure -> failed(ctx, failure)));
  }

  private static CompletableFuture<Parameters> parameters(
      ServiceRequestContext ctx, HttpRequest request, Task task) {
    MediaType expected = task == Task.GENERATION ? MediaType.JSON : MediaType.MULTIPART_FORM_DATA;
    MediaType type = request.contentType();
    if (type == null || !type.is(expected)) {
      return CompletableFuture.failedFuture(
          OpenAiException.refusal(
              HttpStatus.UNSUPPORTED_MEDIA_TYPE,
              "content-type: " + type + " (expected: " + expected + ")",
              null,
              "unsupported_content_type"));
    }
    return task == Task.GENERATION
        ? request
            .aggregate(ctx.eventLoop())
            .thenApplyAsync(
                body -> Parameters.of(Json.read(body.contentUtf8())), ctx.blockingTaskExecutor())
        : form(ctx, request, type);
  }

  /**
   * Reads the parameters of a form once it has arrived completely: the incremental reader scans
   * earlier pieces again for each new one, so a client could keep it busy.
   */
  private static CompletableFuture<Parameters> form(
      ServiceRequestContext ctx, HttpRequest request, MediaType type) {
    String boundary =
        type.parameters().getOrDefault("boundary", List.of()).stream().findFirst().orElse("");
    if (boundary.isBlank()) {
      throw OpenAiException.refusal(
          HttpStatus.BAD_REQUEST,
          "content-type: " + type + " (expected: with the boundary of its parts)",
          null,
          "invalid_form");
    }
    return request
        .aggregate(ctx.eventLoop())
        .thenCompose(
            body ->
                Multipart.from(boundary, StreamMessage.of(body.content())).aggregate(FORMS.next()))
        .thenApply(Parameters::of);
  }

  private static HttpResponse answer(ServiceRequestContext ctx, Supplier<ObjectNode> body) {
    return HttpResponse.of(
        CompletableFuture.supplyAsync(body, ctx.blockingTaskExecutor())
            .thenApply(json -> HttpResponse.of(OK, Json.data(json)))
            .exceptionally(failure -> failed(ctx, failure)));
  }

  /** Handles requests that the server rejected before this handler. */
  private static @Nullable HttpResponse refused(ServiceRequestContext ctx, Throwable cause) {
    return cause instanceof StatusRuntimeException error
        ? OpenAiException.of(error).toResponse()
        : null; // the same as on other routes
  }

  private static HttpResponse failed(ServiceRequestContext ctx, Throwable failure) {
    Throwable cause = Exceptions.peel(failure);
    if (cause instanceof OpenAiException refusal) {
      return refused(ctx, refusal);
    }
    if (cause instanceof StatusRuntimeException error) {
      return OpenAiException.of(error).toResponse();
    }
    if (cause instanceof ContentTooLargeException) {
      return refused(
          ctx,
          OpenAiException.refusal(
              HttpStatus.REQUEST_ENTITY_TOO_LARGE,
              "request: too large (expected: at most " + MOST_FORM_BYTES + " bytes with files)",
              null,
              "request_too_large"));
    }
    if (cause instanceof MimeParsingException || cause instanceof IllegalStateException) {
      return refused(
          ctx,
          OpenAiException.refusal(
              HttpStatus.BAD_REQUEST,
              "We could not parse your form: " + Errors.reason(cause),
              null,
              "invalid_form"));
    }
    return HttpResponse.ofFailure(cause); // the server logs the exception
  }

  private static HttpResponse noSuchRoute(ServiceRequestContext ctx, HttpRequest request) {
    return refused(
        ctx,
        OpenAiException.refusal(
            HttpStatus.NOT_FOUND,
            "Invalid URL (" + request.method() + " " + request.path() + ")",
            null,
            "unknown_url"));
  }

  /** Counts a request that this face itself refuses, and returns the response. */
  private static HttpResponse refused(ServiceRequestContext ctx, OpenAiException refusal) {
    Refusals.because(ctx, refusal.reason());
    return refusal.toResponse();
  }

  private static Catalogue catalogue(Channel service, ServiceRequestContext ctx) {
    return Catalogue.of(Credentials.passedOn(service, ctx));
  }
}
