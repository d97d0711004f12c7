package io.diffusion4j.serving.grpc;

import com.linecorp.armeria.common.RequestHeaders;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.List;

/** What a client shows of who it is: the header {@code authorization}, as it came. */
public final class Credentials {
  static final Metadata.Key<String> AUTHORIZATION = key("authorization");

  /** What else a call has of its HTTP request: the trace that it is part of. */
  private static final List<Metadata.Key<String>> PASSED =
      List.of(AUTHORIZATION, key("traceparent"), key("tracestate"));

  private Credentials() {}

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /**
   * The service as the client of an HTTP request may see it, for an {@link
   * io.diffusion4j.serving.http.HttpFace}.
   *
   * @param headers of the request
   */
  public static Channel passedOn(Channel service, RequestHeaders headers) {
    Metadata metadata = new Metadata();
    for (Metadata.Key<String> key : PASSED) {
      String value = headers.get(key.name());
      if (value != null) {
        metadata.put(key, value);
      }
    }
    return ClientInterceptors.intercept(
        service, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }
}
