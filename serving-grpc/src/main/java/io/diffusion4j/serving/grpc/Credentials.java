package io.diffusion4j.serving.grpc;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;

/** What a client shows of who it is: the header {@code authorization}, as it came. */
public final class Credentials {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private Credentials() {}

  /**
   * The service as the client of an HTTP request may see it, for an {@link
   * io.diffusion4j.serving.http.HttpFace}.
   *
   * @param headers of the request
   */
  public static Channel passedOn(Channel service, RequestHeaders headers) {
    String authorization = headers.get(HttpHeaderNames.AUTHORIZATION);
    if (authorization == null) {
      return service;
    }
    Metadata metadata = new Metadata();
    metadata.put(AUTHORIZATION, authorization);
    return ClientInterceptors.intercept(
        service, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }
}
