package io.diffusion4j.web;

import com.google.common.base.Ascii;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.diffusion4j.serving.http.HttpFault;
import io.diffusion4j.serving.http.ProtoJson;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;

/**
 * The events of a call as server-sent events, with backpressure: few events are buffered, and the
 * next is requested when one has been sent, so the service drops previews for a slow client.
 *
 * <p>A call that fails before its first event gets an HTTP status; one that fails later ends with
 * an event {@code error}.
 */
final class EventStream
    implements ClientResponseObserver<GenerateImagesRequest, StreamGenerateImagesResponse> {
  private static final ResponseHeaders OK =
      ResponseHeaders.builder(HttpStatus.OK)
          .contentType(MediaType.EVENT_STREAM)
          .set("x-accel-buffering", "no") // some proxies need this to pass events on immediately
          .build();

  /** The most events that wait: progress events and their previews must fit together. */
  private static final int MAX_WAITING = 16;

  private final HttpResponseWriter response = HttpResponse.streaming();

  private Runnable next = () -> {};
  private boolean begun; // used only by the callbacks of the call, which run one at a time

  HttpResponse response() {
    return response;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<GenerateImagesRequest> call) {
    call.disableAutoRequestWithInitial(MAX_WAITING);
    var unused =
        response
            .whenComplete()
            .exceptionally(
                left -> {
                  call.cancel("the client has left", left);
                  return null;
                });
    next = () -> call.request(1);
  }

  @Override
  public void onNext(StreamGenerateImagesResponse event) {
    if (!begun) {
      begun = true;
      send(OK);
    }
    write(Ascii.toLowerCase(event.getEventCase().name()), ProtoJson.printAll(event));
    var unused = response.whenConsumed().thenRun(next); // never, if the client has disconnected
  }

  @Override
  public void onError(Throwable error) {
    AggregatedHttpResponse fault = HttpFault.of(error).toJson();
    if (begun) {
      write("error", fault.contentUtf8());
    } else {
      send(fault.headers());
      send(fault.content());
    }
    response.close();
  }

  @Override
  public void onCompleted() {
    response.close();
  }

  /** JSON is on one line, as event data must be. */
  private void write(String event, String json) {
    send(HttpData.ofUtf8("event: " + event + "\ndata: " + json + "\n\n"));
  }

  private void send(HttpObject object) {
    var unused =
        response.tryWrite(
            object); // writing fails if the client has disconnected, and the call is cancelled
  }
}
