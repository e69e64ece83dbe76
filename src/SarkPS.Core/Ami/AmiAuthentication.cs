using System.Security.Cryptography;
using System.Text;

namespace SarkPS.Ami;

/// <summary>Logs in to Asterisk.</summary>
internal static class AmiAuthentication
{
    public static async Task LoginAsync(AmiConnection connection, AmiOptions options, bool events, CancellationToken cancellationToken)
    {
        var login = new AmiAction("Login").With("Username", options.User).With("Events", events ? "on" : "off");
        try
        {
            if (options.Login == AmiLogin.Challenge)
            {
                var challenge = (await connection.SendAsync(new AmiAction("Challenge").With("AuthType", "MD5"), cancellationToken)
                    .ConfigureAwait(false)).Response["Challenge"];
                login.With("AuthType", "MD5").With("Key", Digest(challenge + options.Secret));
            }
            else
            {
                login.With("Secret", options.Secret);
            }

            await connection.SendAsync(login, cancellationToken).ConfigureAwait(false);
        }
        catch (AmiActionException e)
        {
            throw new AmiLoginException(AmiTransport.Target(options), options.User, e.Response.Message);
        }
    }

#pragma warning disable CA5351 // MD5 is what the Manager Interface's challenge is made of; there is no other.
    private static string Digest(string text) => Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
#pragma warning restore CA5351
}
