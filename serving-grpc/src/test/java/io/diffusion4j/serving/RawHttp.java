package io.diffusion4j.serving;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP/1.1 byte by byte, for requests that no client library sends. */
public final class RawHttp {
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]+)\r\n");
  private static final int PATIENCE_MILLIS = 10_000;

  private RawHttp() {}

  /** Sends these characters, and returns the complete response with head and body. */
  public static String ask(int port, String request) throws IOException {
    try (Socket socket = connect(port)) {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return answer(socket);
    }
  }

  /** Opens a connection with a timeout. */
  public static Socket connect(int port) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  /** Returns the next response of a connection, or a part of it if the connection ends. */
  public static String answer(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    var read = new StringBuilder();
    int length = -1;
    while (length < 0 || read.length() < length) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      read.append((char) next);
      if (length < 0 && read.indexOf("\r\n\r\n") >= 0) {
        Matcher declared = LENGTH.matcher(read);
        length = read.length() + (declared.find() ? Integer.parseInt(declared.group(1)) : 0);
      }
    }
    return read.toString();
  }
}
