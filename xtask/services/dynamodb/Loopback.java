import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/**
 * DynamoDB Local on loopback. It has no option for the address that it listens on and takes every one, so host and port are set on
 * its connector before it starts. Arguments: the port (0 for any free one), then DynamoDB Local's own options without -port.
 */
public class Loopback {
  public static void main(String[] args) throws Exception {
    List<String> own = new ArrayList<>(List.of(args).subList(1, args.length));
    own.addAll(List.of("-disableTelemetry", "-port", "8000")); // 8000 is only looked at, never listened on
    DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(own.toArray(String[]::new));
    var field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    var connector = (ServerConnector) ((Server) field.get(proxy)).getConnectors()[0];
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(args[0]));
    proxy.start();
    System.out.println("READY http://127.0.0.1:" + connector.getLocalPort());
    proxy.join();
  }
}
