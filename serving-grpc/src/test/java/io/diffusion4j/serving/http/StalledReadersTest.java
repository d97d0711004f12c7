package io.diffusion4j.serving.http;

import static com.linecorp.armeria.common.HttpStatus.OK;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that reads nothing of its response is dropped, even if it stays connected. */
@Timeout(60)
class StalledReadersTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  /** More bytes than fit between a server and a client that does not read. */
  private static final byte[] LARGE = new byte[12 << 20];

  static {
    new Random(1).nextBytes(LARGE);
  }

  private final CompletableFuture<Void> answered = new CompletableFuture<>();

  @Test
  void anAnswerOverHttp1ThatIsNotReadIsGivenUp() throws Exception {
    try (var server =
            serve(SHORT, (ctx, req) -> HttpResponse.of(OK, MediaType.OCTET_STREAM, LARGE));
        var client = get(server)) {
      assertThatThrownBy(() -> answered.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
      assertThat(readAll(client, Duration.ZERO)).isLessThan(LARGE.length);
    }
  }

  @Test
  void aUnaryAnswerThatIsNotReadIsGivenUp() throws Exception {
    var service =
        new GenerationServiceGrpc.GenerationServiceImplBase() {
          @Override
          public void generateImages(
              GenerateImagesRequest asked, StreamObserver<GenerateImagesResponse> response) {
            var image = GeneratedImage.newBuilder().setData(ByteString.copyFrom(LARGE));
            response.onNext(GenerateImagesResponse.newBuilder().addImages(image).build());
            response.onCompleted();
          }
        };
    try (var server =
        serve(
            SHORT,
            GrpcService.builder()
                .addService(service)
                .maxResponseMessageLength(2 * LARGE.length)
                .build())) {
      var channel =
          NettyChannelBuilder.forAddress("127.0.0.1", port(server))
              .usePlaintext()
              .maxInboundMessageSize(2 * LARGE.length)
              .build();
      var end = new CompletableFuture<Status>();
      var call =
          channel.newCall(GenerationServiceGrpc.getGenerateImagesMethod(), CallOptions.DEFAULT);
      try {
        call.start(
            new ClientCall.Listener<>() {
              @Override
              public void onClose(Status status, Metadata trailers) {
                end.complete(status);
              }
            },
            new Metadata());
        call.sendMessage(GenerateImagesRequest.getDefaultInstance());
        call.halfClose();
        assertThatThrownBy(() -> answered.get(20, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class);
        call.request(2);
        assertThat(end.get(20, TimeUnit.SECONDS).getCode()).isEqualTo(Code.CANCELLED);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void aSlowReaderGetsItsWholeAnswer() throws Exception {
    try (var server =
            serve(
                Duration.ofSeconds(1),
                (ctx, req) -> HttpResponse.of(OK, MediaType.OCTET_STREAM, LARGE));
        var client = get(server)) {
      assertThat(readAll(client, Duration.ofMillis(10))).isGreaterThan(LARGE.length);
      answered.get(20, TimeUnit.SECONDS);
    }
  }

  /** A server of this service, which records when its response was read. */
  private Server serve(Duration stall, HttpService service) {
    Server server =
        Server.builder()
            .http(0)
            .maxRequestLength(0)
            .gracefulShutdownTimeout(Duration.ZERO, Duration.ZERO)
            .serviceUnder("/", new Streamed(service))
            .decorator(delegate -> new StalledReaders(delegate, stall))
            .decorator(
                (delegate, ctx, req) -> {
                  HttpResponse answer = delegate.serve(ctx, req);
                  var unused =
                      answer
                          .whenComplete()
                          .whenComplete(
                              (done, left) -> {
                                if (left == null) {
                                  answered.complete(null);
                                } else {
                                  answered.completeExceptionally(left);
                                }
                              });
                  return answer;
                })
            .build();
    server.start().join();
    return server;
  }

  private static int port(Server server) {
    return server.activeLocalPort();
  }

  private static Socket get(Server server) throws IOException {
    var client = new Socket();
    client.setReceiveBufferSize(64 << 10);
    client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(server)));
    client
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
    return client;
  }

  /** The number of bytes that arrive, with a pause before each read. */
  private static long readAll(Socket client, Duration rest) throws Exception {
    InputStream in = client.getInputStream();
    byte[] buffer = new byte[64 << 10];
    long all = 0;
    try {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        all += read;
        TimeUnit.NANOSECONDS.sleep(rest.toNanos());
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("reset"); // as good as an end
    }
    return all;
  }
}
