package io.diffusion4j.serving.grpc;

import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.List;

/** The headers of an HTTP request that are forwarded to the services in this process. */
public final class Credentials {
  static final Metadata.Key<String> AUTHORIZATION = key("authorization");

  /** The forwarded headers: credentials and trace context. */
  private static final List<Metadata.Key<String>> PASSED =
      List.of(AUTHORIZATION, key("traceparent"), key("tracestate"));

  private Credentials() {}

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /**
   * Returns a channel whose calls carry the credentials and trace context of an HTTP request, and
   * its principal if it was authenticated already. An {@link io.diffusion4j.serving.http.HttpApi}
   * calls the services through it.
   *
   * @param service the channel to the services in this process
   * @param request the HTTP request
   */
  public static Channel passedOn(Channel service, ServiceRequestContext request) {
    RequestHeaders headers = request.request().headers();
    Metadata metadata = new Metadata();
    PrincipalContext.of(request).ifPresent(principal -> PrincipalMetadata.add(metadata, principal));
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
