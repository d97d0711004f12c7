package io.diffusion4j.cli.train;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Serves the page of a run to browsers on this machine.
 *
 * @param server empty if the page is only a file
 */
record PageServer(Path page, Optional<HttpServer> server) implements AutoCloseable {
  private static final int MAX_PORT = 65_535;

  /**
   * Starts to serve a file on a port of the loopback address.
   *
   * @param port 0 for any free port
   * @throws IllegalArgumentException if the port is in use
   */
  static PageServer of(int port, Path page) {
    Check.between("page", port, 0, MAX_PORT);
    try {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      HttpServer server = HttpServer.create(address, 0);
      server.createContext("/", exchange -> answer(exchange, page));
      server.start();
      return new PageServer(page, Optional.of(server));
    } catch (BindException e) {
      throw Check.refusal("page", port, "a free port; this one is in use");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on port " + port + ": " + e, e);
    }
  }

  private static void answer(HttpExchange exchange, Path page) throws IOException {
    try (exchange) {
      boolean isFound = exchange.getRequestURI().getPath().equals("/") && Files.exists(page);
      byte[] body = isFound ? Files.readAllBytes(page) : new byte[0];
      exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.sendResponseHeaders(isFound ? 200 : 404, isFound ? body.length : -1);
      if (isFound) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  /** Returns the address of the page, or its file. */
  String address() {
    return server
        .map(served -> "http://127.0.0.1:" + served.getAddress().getPort() + "/")
        .orElseGet(page::toString);
  }

  @Override
  public void close() {
    server.ifPresent(served -> served.stop(0));
  }
}
