using SarkPS.Service;

var builder = WebApplication.CreateBuilder(args);
builder.AddSark();

var app = builder.Build();
app.UseSark();
app.MapSark();
app.Run();
