package io.diffusion4j.serving.http;

import com.google.protobuf.InvalidProtocolBufferException;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.UnframedGrpcErrorHandler;
import io.grpc.Status;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The error handler for JSON calls, which sends the gRPC error as an {@link HttpFault}. */
final class JsonErrors implements UnframedGrpcErrorHandler {
  @Override
  public HttpResponse handle(
      ServiceRequestContext ctx, Status status, AggregatedHttpResponse response) {
    HttpHeaders trailers = response.trailers().isEmpty() ? response.headers() : response.trailers();
    return new HttpFault(withDetails(status, trailers)).toJson().toHttpResponse();
  }

  private static com.google.rpc.Status withDetails(Status status, HttpHeaders trailers) {
    @Nullable String details = trailers.get("grpc-status-details-bin");
    if (details != null) {
      try {
        return com.google.rpc.Status.parseFrom(Base64.getDecoder().decode(details));
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("the status of this server cannot be parsed", e);
      }
    }
    return com.google.rpc.Status.newBuilder()
        .setCode(status.getCode().value())
        .setMessage(status.getDescription() == null ? "" : status.getDescription())
        .build();
  }
}
