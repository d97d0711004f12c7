package io.diffusion4j.web;

import static com.google.common.util.concurrent.MoreExecutors.directExecutor;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.Code;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.Credentials;
import io.diffusion4j.serving.http.HttpFace;
import io.diffusion4j.serving.http.HttpFault;
import io.diffusion4j.serving.http.ProtoJson;
import io.diffusion4j.serving.http.Refusals;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.ListModelsRequest;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.grpc.Channel;
import java.util.concurrent.CompletableFuture;

/**
 * The service for programs that only use HTTP and JSON and need progress events.
 *
 * <p>{@code POST /api/generate} takes a {@code GenerateImagesRequest} in proto3 JSON and responds
 * with server-sent events: each has the name of its event in {@code StreamGenerateImagesResponse},
 * and its data is that message in proto3 JSON. A client that disconnects cancels the request.
 * {@code GET /api/models} responds with a {@code ListModelsResponse}. Errors are {@link
 * HttpFault}s.
 */
final class EventApi implements HttpFace {
  @Override
  public void addTo(ServerBuilder server, Channel service) {
    server
        .route()
        .post("/api/generate")
        .consumes(MediaType.JSON)
        .build((context, request) -> answer(context, request, service, EventApi::generate));
    server
        .route()
        .get("/api/models")
        .build((context, request) -> answer(context, request, service, EventApi::models));
  }

  /** Handles a completely received request. */
  @FunctionalInterface
  private interface Action {
    HttpResponse answer(AggregatedHttpRequest request, Channel service)
        throws InvalidProtocolBufferException;
  }

  private static HttpResponse answer(
      ServiceRequestContext context, HttpRequest request, Channel service, Action action) {
    return HttpResponse.of(
        request
            .aggregate()
            .thenApplyAsync(
                body -> {
                  try {
                    return action.answer(body, Credentials.passedOn(service, context));
                  } catch (InvalidProtocolBufferException e) {
                    HttpFault fault = malformed(e);
                    Refusals.because(context, fault.reason());
                    return fault.toJson().toHttpResponse();
                  }
                },
                context.blockingTaskExecutor()));
  }

  /** Returns the error for a body that is not a request in JSON. */
  private static HttpFault malformed(InvalidProtocolBufferException error) {
    return HttpFault.of(
        Errors.of(
            Code.INVALID_ARGUMENT,
            "MALFORMED_JSON",
            "request: "
                + Errors.reason(error)
                + " (expected: a GenerateImagesRequest in proto3 JSON)"));
  }

  private static HttpResponse generate(AggregatedHttpRequest body, Channel service)
      throws InvalidProtocolBufferException {
    GenerateImagesRequest.Builder request = GenerateImagesRequest.newBuilder();
    JsonFormat.parser().merge(body.contentUtf8(), request);
    EventStream events = new EventStream();
    GenerationServiceGrpc.newStub(service).streamGenerateImages(request.build(), events);
    return events.response();
  }

  private static HttpResponse models(AggregatedHttpRequest body, Channel service) {
    return HttpResponse.of(
        json(
            ModelServiceGrpc.newFutureStub(service)
                .listModels(ListModelsRequest.getDefaultInstance())));
  }

  private static CompletableFuture<HttpResponse> json(ListenableFuture<? extends Message> answer) {
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    Futures.addCallback(
        answer,
        new FutureCallback<Message>() {
          @Override
          public void onSuccess(Message message) {
            response.complete(
                HttpResponse.of(
                    ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(MediaType.JSON_UTF_8)
                        .build(),
                    HttpData.ofUtf8(ProtoJson.printAll(message))));
          }

          @Override
          public void onFailure(Throwable error) {
            response.complete(HttpFault.of(error).toJson().toHttpResponse());
          }
        },
        directExecutor());
    return response;
  }
}
