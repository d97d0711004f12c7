package io.diffusion4j.serving.http;

import static com.linecorp.armeria.server.grpc.HttpJsonTranscodingQueryParamMatchRule.LOWER_CAMEL_CASE;
import static com.linecorp.armeria.server.grpc.HttpJsonTranscodingQueryParamMatchRule.ORIGINAL_FIELD;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.api.HttpRule;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.grpc.GrpcJsonMarshaller;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import com.linecorp.armeria.server.grpc.HttpJsonTranscodingOptions;
import com.linecorp.armeria.server.grpc.UnframedGrpcErrorHandler;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls in JSON: every unary method accepts JSON at its gRPC path, such as {@code
 * /diffusion4j.v1.ModelService/GetModel}; some have routes of their own. Messages are {@link
 * ProtoJson}, errors are {@link HttpFault}s.
 */
final class JsonCalls implements GrpcJsonMarshaller, UnframedGrpcErrorHandler {
  private static final String ROOT = "/diffusion4j/v1/";

  /** Accepts JSON, and gRPC-Web, at the paths of the methods. */
  static GrpcServiceBuilder enable(GrpcServiceBuilder grpc) {
    return grpc.supportedSerializationFormats(GrpcSerializationFormats.values())
        .jsonMarshallerFactory(service -> new JsonCalls())
        .enableUnframedRequests(true)
        .unframedGrpcErrorHandler(new JsonCalls());
  }

  /**
   * Returns the further routes. They are not annotations in the contract, because clients in other
   * languages would then need Google's annotations to compile it.
   */
  static HttpJsonTranscodingOptions routes() {
    return HttpJsonTranscodingOptions.builder()
        .additionalHttpRules(
            List.of(
                rule(GenerationServiceGrpc.getGenerateImagesMethod())
                    .setPost(ROOT + "images:generate")
                    .setBody("*")
                    .build(),
                rule(GenerationServiceGrpc.getReplayImageMethod())
                    .setPost(ROOT + "images:replay")
                    .setBody("*")
                    .build(),
                rule(ModelServiceGrpc.getListModelsMethod()).setGet(ROOT + "models").build(),
                rule(ModelServiceGrpc.getGetModelMethod()).setGet(ROOT + "models/{name}").build()))
        .queryParamMatchRules(ORIGINAL_FIELD, LOWER_CAMEL_CASE)
        .errorHandler(new JsonCalls())
        .build();
  }

  private static HttpRule.Builder rule(MethodDescriptor<?, ?> method) {
    return HttpRule.newBuilder().setSelector(method.getFullMethodName().replace('/', '.'));
  }

  @Override
  public <T> void serializeMessage(Marshaller<T> marshaller, T message, OutputStream os)
      throws IOException {
    os.write(ProtoJson.print((Message) message).getBytes(UTF_8));
  }

  @Override
  @SuppressWarnings("unchecked") // a prototype builds messages of its own type
  public <T> T deserializeMessage(Marshaller<T> marshaller, InputStream is) throws IOException {
    var prototype =
        (Message) requireNonNull(((PrototypeMarshaller<T>) marshaller).getMessagePrototype());
    Message.Builder message = prototype.newBuilderForType();
    ProtoJson.merge(new InputStreamReader(is, UTF_8), message);
    return (T) message.build();
  }

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
