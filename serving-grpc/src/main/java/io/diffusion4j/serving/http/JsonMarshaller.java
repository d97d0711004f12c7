package io.diffusion4j.serving.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.grpc.GrpcJsonMarshaller;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;

/** A marshaller that reads requests and writes responses as {@link ProtoJson}. */
final class JsonMarshaller implements GrpcJsonMarshaller {
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
}
