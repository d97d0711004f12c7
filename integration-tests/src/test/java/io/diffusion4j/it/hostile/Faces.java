package io.diffusion4j.it.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.protobuf.Message;
import io.diffusion4j.client.Requests;
import io.diffusion4j.openinference.v2.GRPCInferenceServiceGrpc;
import io.diffusion4j.serving.Hostile;
import io.diffusion4j.serving.RawHttp;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.JobServiceGrpc;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The interfaces of a server, each as a source of hostile variants of valid requests. */
final class Faces implements AutoCloseable {
  private static final String INITIALIZE =
      "{'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': {'protocolVersion':"
          + " '2025-06-18', 'capabilities': {}, 'clientInfo': {'name': 'a', 'version': '1'}}}";

  private static final Message DRAW = Requests.textToImage("a red apple").addSeeds(7).build();

  private final int port;
  private final int adminPort;
  private final String operator;
  private final ManagedChannel channel;
  private final String session;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * Connects to a server.
   *
   * @param port the port for clients, which requires no token
   * @param adminPort the port for operators
   * @param operator the token of an operator
   */
  Faces(int port, int adminPort, String operator) {
    this.port = port;
    this.adminPort = adminPort;
    this.operator = operator;
    channel = ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    session = begin();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    threads.shutdownNow();
  }

  /** An interface. */
  interface Face {
    /** Returns the name of the interface. */
    String name();

    /** Sends the next request of a hostile client. */
    CompletableFuture<Outcome> send(Hostile hostile);
  }

  /** Returns all interfaces. */
  List<Face> all() {
    return List.of(
        new Grpc(),
        new GrpcWeb(),
        new Raw(),
        http(
            "json",
            Good.json(
                "/diffusion4j/v1/images:generate",
                "{'textToImage': {'prompt': {'text': 'a dog'}}, 'seeds': ['7']}"),
            Good.json("/diffusion4j.v1.EmbeddingService/EmbedTexts", "{'texts': ['a dog']}"),
            Good.json("/diffusion4j.v1.ModelService/ListModels", "{'pageSize': 3}"),
            Good.get("/diffusion4j/v1/models/%s")),
        http(
            "jobs",
            Good.json(
                "/diffusion4j.v1.JobService/CreateGenerationJob",
                "{'request': {'textToImage': {'prompt': {'text': 'a dog'}}}}"),
            Good.json(
                "/diffusion4j.v1.JobService/ListGenerationJobs",
                "{'pageSize': 3, 'pageToken': '7'}"),
            Good.json("/diffusion4j.v1.JobService/GetGenerationJob", "{'id': 'a'}"),
            Good.json("/diffusion4j.v1.JobService/CancelGenerationJob", "{'id': 'a'}"),
            Good.json("/diffusion4j.v1.JobService/DeleteGenerationJob", "{'id': 'a'}")),
        http(
            "openai",
            Good.json(
                "/v1/images/generations",
                "{'model': 'toy', 'prompt': 'a dog', 'n': 2, 'size': '256x256'}"),
            Good.form("/v1/images/edits"),
            Good.form("/v1/images/variations"),
            Good.get("/v1/models/%s")),
        http(
            "web",
            Good.json(
                "/api/generate",
                "{'textToImage': {'prompt': {'text': 'a dog'}}, 'preview': {'everySteps': 2}}"),
            Good.get("/api/models?%s"),
            Good.get("/%s")),
        http(
            "a1111",
            Good.json(
                "/sdapi/v1/txt2img",
                "{'prompt': 'a dog', 'steps': 3, 'width': 160, 'sampler_name': 'DDIM'}"),
            Good.json(
                "/sdapi/v1/img2img",
                "{'prompt': 'a dog', 'init_images': ['" + Good.picture() + "']}"),
            Good.json("/sdapi/v1/options", "{'sd_model_checkpoint': 'toy'}"),
            Good.json("/sdapi/v1/png-info", "{'image': '" + Good.picture() + "'}"),
            Good.get("/sdapi/v1/progress?skip_current_image=%s")),
        http(
            "ollama",
            Good.json(
                "/api/generate",
                "{'model': 'toy', 'prompt': 'a dog', 'options': {'seed': 7, 'steps': 3}}"),
            Good.json("/api/show", "{'model': 'toy'}"),
            Good.json("/api/embed", "{'model': 'toy', 'input': ['a dog']}"),
            Good.get("/api/tags?%s")),
        http(
            "mcp",
            Good.json("/mcp", INITIALIZE),
            call("generate", "'prompt': 'a dog', 'steps': 2, 'seed': 7, 'lora': 'a:0.5'"),
            call("vary", "'image': '" + Good.picture() + "', 'likeness': 0.5"),
            call("mix", "'ingredients': [{'text': 'a', 'weight': 0.5}, {'image': 'x'}]"),
            call("describe", "'image': '" + Good.picture() + "', 'labels': ['x', 'yy']"),
            call("search", "'text': 'a dog', 'index': 'a', 'count': 3"),
            message("resources/read", "'uri': 'diffusion4j:/pictures/a'"),
            message("notifications/cancelled", "'requestId': 1"),
            Good.get("/mcp?%s")),
        http(
            "inference",
            Good.json(
                "/v2/models/toy/infer",
                "{'inputs': [{'name': 'prompt', 'datatype': 'BYTES', 'shape': [1], 'data':"
                    + " ['x']}]}"),
            Good.get("/v2/models/%s"),
            Good.get("/v2/models/toy/versions/%s/ready")),
        new Http(
            "admin",
            adminPort,
            List.of(
                Good.json("/v1/models", "{'path': '/nowhere', 'name': 'second'}"),
                Good.json("PUT", "/v1/models/default", "{'name': 'tiny'}"),
                Good.json("PUT", "/v1/quotas/ann", "{'images-per-minute': 7}"),
                Good.json("PUT", "/v1/quotas/%s", "{'unfinished-requests': 7}"),
                Good.json("PUT", "/v1/log", "{'level': 'info'}"),
                Good.json("DELETE", "/v1/models/%s", ""),
                Good.json("/v1/reload", ""),
                Good.get("/v1/tokens?%s"))));
  }

  /** A message of the Model Context Protocol in the session of this client. */
  private Good message(String method, String params) {
    return Good.json(
            "/mcp",
            "{'jsonrpc': '2.0', 'id': 1, 'method': '%s', 'params': {%s}}".formatted(method, params))
        .withSession(session);
  }

  private Good call(String tool, String arguments) {
    return message("tools/call", "'name': '%s', 'arguments': {%s}".formatted(tool, arguments));
  }

  /** Begins a session of the Model Context Protocol. */
  private String begin() {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/mcp"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(INITIALIZE.replace('\'', '"')))
            .build();
    return http.sendAsync(request, BodyHandlers.discarding())
        .join()
        .headers()
        .firstValue("mcp-session-id")
        .orElseThrow();
  }

  private Face http(String name, Good... requests) {
    return new Http(name, port, List.of(requests));
  }

  /** An interface over HTTP/1. */
  private final class Http implements Face {
    private final String name;
    private final int to;
    private final List<Good> requests;
    private int next;

    Http(String name, int to, List<Good> requests) {
      this.name = name;
      this.to = to;
      this.requests = requests;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public CompletableFuture<Outcome> send(Hostile hostile) {
      Good good = requests.get(next++ % requests.size());
      String path = good.path().replace("%s", URLEncoder.encode(hostile.text(), UTF_8));
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to + path))
              .header("Authorization", "Bearer " + operator);
      if (!good.session().isEmpty()) {
        request.header("mcp-session-id", good.session());
      }
      if (good.type().isEmpty()) {
        request.GET();
      } else {
        request
            .header("Content-Type", good.type())
            .method(good.method(), BodyPublishers.ofByteArray(hostile.body(good.body())));
      }
      return http.sendAsync(request.build(), BodyHandlers.ofByteArray()).thenApply(Outcome::of);
    }
  }

  /** The methods of the contract, of the Open Inference Protocol, of health and of reflection. */
  private final class Grpc implements Face {
    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new Bytes();

    private final List<MethodDescriptor<?, ?>> methods =
        Stream.of(
                GenerationServiceGrpc.getServiceDescriptor(),
                ModelServiceGrpc.getServiceDescriptor(),
                EmbeddingServiceGrpc.getServiceDescriptor(),
                JobServiceGrpc.getServiceDescriptor(),
                GRPCInferenceServiceGrpc.getServiceDescriptor(),
                HealthGrpc.getServiceDescriptor(),
                ServerReflectionGrpc.getServiceDescriptor())
            .<MethodDescriptor<?, ?>>flatMap(service -> service.getMethods().stream())
            .filter(method -> !method.equals(HealthGrpc.getWatchMethod())) // does not end
            .toList();
    private int next;

    @Override
    public String name() {
      return "grpc";
    }

    @Override
    public CompletableFuture<Outcome> send(Hostile hostile) {
      MethodDescriptor<?, ?> method = methods.get(next++ % methods.size());
      var end = new CompletableFuture<Outcome>();
      ClientCall<byte[], byte[]> call =
          channel.newCall(
              method.toBuilder(BYTES, BYTES).build(),
              CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.MINUTES));
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              end.complete(Outcome.of(status));
            }
          },
          new Metadata());
      call.request(Integer.MAX_VALUE);
      call.sendMessage(hostile.request(prototype(method)));
      call.halfClose();
      return end;
    }

    private Message prototype(MethodDescriptor<?, ?> method) {
      var marshaller = (PrototypeMarshaller<?>) method.getRequestMarshaller();
      var empty = (Message) requireNonNull(marshaller.getMessagePrototype());
      return empty.getClass() == DRAW.getClass() ? DRAW : empty;
    }
  }

  /** Messages in their serialized form. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Frames of gRPC-Web, binary and in Base64. */
  private final class GrpcWeb implements Face {
    private final List<String> types =
        List.of(
            "application/grpc-web",
            "application/grpc-web+proto",
            "application/grpc-web-text+proto",
            "application/grpc-web+json");
    private int next;

    @Override
    public String name() {
      return "grpc-web";
    }

    @Override
    public CompletableFuture<Outcome> send(Hostile hostile) {
      String type = types.get(next++ % types.size());
      byte[] message = DRAW.toByteArray();
      byte[] frame =
          ByteBuffer.allocate(5 + message.length)
              .put((byte) 0)
              .putInt(message.length)
              .put(message)
              .array();
      byte[] body = hostile.body(frame);
      var request =
          HttpRequest.newBuilder(
                  URI.create(
                      "http://127.0.0.1:"
                          + port
                          + "/diffusion4j.v1.GenerationService/StreamGenerateImages"))
              .header("Content-Type", type)
              .POST(
                  BodyPublishers.ofByteArray(
                      type.contains("-text") && next % 8 != 0
                          ? Base64.getEncoder().encode(body)
                          : body))
              .build();
      return http.sendAsync(request, BodyHandlers.ofByteArray()).thenApply(Outcome::of);
    }
  }

  /** Bytes that are hardly HTTP. */
  private final class Raw implements Face {
    private static final Pattern STATUS_LINE = Pattern.compile("^HTTP/1\\.[01] ([0-9]{3}) ");

    /** The time after which a request counts as incomplete, and its connection is given up. */
    private static final int INCOMPLETE_MILLIS = 300;

    private static final byte[] REQUEST =
        String.join(
                "\r\n",
                "POST /diffusion4j.v1.ModelService/ListModels HTTP/1.1",
                "Host: localhost",
                "Content-Type: application/json",
                "x-trace-bin: AAAA",
                "TE: trailers",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "Content-Length: 2",
                "Connection: close",
                "",
                "{}")
            .getBytes(ISO_8859_1);

    @Override
    public String name() {
      return "raw";
    }

    @Override
    public CompletableFuture<Outcome> send(Hostile hostile) {
      byte[] request = hostile.body(REQUEST);
      return CompletableFuture.supplyAsync(() -> exchange(request), threads);
    }

    private Outcome exchange(byte[] request) {
      var answer = new ByteArrayOutputStream();
      String end = "closed";
      try (Socket socket = RawHttp.connect(port)) {
        socket.setSoTimeout(INCOMPLETE_MILLIS);
        socket.getOutputStream().write(request);
        socket.getInputStream().transferTo(answer);
      } catch (SocketTimeoutException e) {
        end = "incomplete";
      } catch (SocketException e) {
        end = "reset";
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      String text = answer.toString(ISO_8859_1);
      Matcher line = STATUS_LINE.matcher(text);
      return line.find()
          ? Outcome.of(Integer.parseInt(line.group(1)), "", text)
          : new Outcome(end, false, text);
    }
  }
}
